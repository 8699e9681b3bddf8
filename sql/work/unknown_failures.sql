-- One row per word for why charges failed that is of no known class, and how many failed so.
select
    coalesce(nullif(trim(error_code), ''), 'no word') as error_code,
    count(*) as attempts
from reconciled.charge_failures
where failure_class = 'unknown'
group by all
order by attempts desc, error_code
limit 10
