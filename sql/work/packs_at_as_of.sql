-- Earlier dates whose report of a name was drawn by the latest closing: months that it ended late.
select reports.business_date
from delivered.reports as reports
cross join reconciled.basis as basis
where
    reports.name = $name
    and reports.as_of = basis.as_of
    and reports.business_date < basis.as_of_date
order by reports.business_date
