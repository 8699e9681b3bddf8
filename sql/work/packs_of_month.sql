-- Whether closings have passed the last date of a month, and the latest date in it that has its report.
select
    coalesce(max(business_date) > $last::date, false) as is_passed,
    max(business_date) filter (
        where business_date between date_trunc('month', $last::date) and $last::date
    ) as latest
from delivered.reports
where name = $name
