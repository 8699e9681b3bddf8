-- One row per refused row whose mended form was taken in at this as-of; the first 200.
with
mended as (
    select * from reconciled.mended_rows
),

quarantine as (
    select * from validated.quarantine
),

basis as (
    select * from reconciled.basis
)

select
    quarantine.stream,
    quarantine.source,
    quarantine.source_row,
    quarantine.key,
    mended.mended_source,
    mended.mended_row,
    count(*) over () as total
from mended
inner join basis on mended.mended_at = basis.as_of
inner join quarantine
    on
        mended.stream = quarantine.stream
        and mended.source_digest = quarantine.source_digest
        and mended.source_row = quarantine.source_row
order by quarantine.stream, quarantine.source, quarantine.source_row, quarantine.source_digest
limit 200
