-- The figures of the latest stored report of a name, of one date where that is asked for.
-- With an instant, only what a closing up to it gave.
select figures
from delivered.reports
where
    name = $name
    and ($business_date::date is null or business_date = $business_date::date)
    and ($known_at::timestamptz is null or as_of <= $known_at::timestamptz)
order by business_date desc
limit 1
