-- One row per order export first seen, or refused, at this as-of.
with
files as (
    select * from ops.files
),

basis as (
    select * from reconciled.basis
)

select
    files.name,
    files.state,
    files.rows_received as rows,
    files.reason
from files
inner join basis on files.recorded_from = basis.as_of
order by files.state desc, files.name, files.file_digest
