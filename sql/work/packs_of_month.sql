-- Whether closings have passed the last date of a month, whether one ended on it all the same (a backfill),
-- and the latest date in it that has its report.
select
    coalesce(max(business_date) > $last::date, false) as is_passed,
    exists(select 1 from ops.closings as closings where closings.last_date = $last::date) as is_ended,
    max(business_date) filter (
        where business_date between date_trunc('month', $last::date) and $last::date
    ) as latest
from delivered.reports
where name = $name
