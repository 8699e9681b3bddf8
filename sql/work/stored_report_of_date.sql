-- The figures of a stored report, by name and date.
select figures
from delivered.reports
where
    name = $name
    and business_date = $business_date::date
