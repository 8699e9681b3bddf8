-- One row per stream, source and reason of the rows that are held back and not mended: how many there are.
with
breaks as (
    select * from reconciled.breaks
    where code = 'VALIDATION_FAILED' and state in ('open', 'assigned', 'waiting', 'reopened')
),

quarantine as (
    select
        *,
        row_case(stream, source_digest, source_row, key) as case_id
    from validated.quarantine
)

select
    quarantine.stream,
    quarantine.source,
    quarantine.reason,
    count(*) as rows_held_back
from quarantine
inner join breaks on quarantine.case_id = breaks.case_id
group by quarantine.stream, quarantine.source, quarantine.reason
order by rows_held_back desc, quarantine.stream, quarantine.source, quarantine.reason
limit 200
