-- One row per refused row that carries one of the ids, or that the case is about; with what mended it.
with
quarantine as (
    select * from validated.quarantine
),

mended as (
    select * from reconciled.mended_rows
)

select
    quarantine.stream,
    quarantine.source,
    quarantine.source_row,
    quarantine.source_digest,
    quarantine.key,
    quarantine.reason,
    quarantine.seen_at,
    mended.mended_source,
    mended.mended_row,
    mended.mended_at
from quarantine
left join mended
    on
        quarantine.stream = mended.stream
        and quarantine.source_digest = mended.source_digest
        and quarantine.source_row = mended.source_row
where
    list_contains($ids::varchar[], quarantine.key)
    or row_case(
        quarantine.stream, quarantine.source_digest, quarantine.source_row, quarantine.key
    ) = $case_id
order by quarantine.seen_at, quarantine.stream, quarantine.source, quarantine.source_row
