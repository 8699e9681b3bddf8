-- One row per fee schedule in force on a business date; none where no schedule is agreed.
select
    valid_from,
    percent,
    tolerance
from reconciled.fee_schedule
where $business_date::date >= valid_from and $business_date::date < valid_until
