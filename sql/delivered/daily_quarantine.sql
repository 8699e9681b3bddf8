-- One row per refused row that is not mended yet.
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
    quarantine.source_row,
    quarantine.key,
    quarantine.reason
from quarantine
inner join breaks on quarantine.case_id = breaks.case_id
order by quarantine.stream, quarantine.source, quarantine.source_row, quarantine.source_digest
