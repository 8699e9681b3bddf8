-- One row per stream, source and reason of the rows that are held back and not mended: how many there are.
with
quarantine as (
    select * from delivered.daily_quarantine
)

select
    stream,
    source,
    reason,
    count(*) as rows_held_back
from quarantine
group by stream, source, reason
order by rows_held_back desc, stream, source, reason
limit 200
