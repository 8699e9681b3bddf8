-- One row per refused row that is not mended yet, of one date or file where that is asked for.
with
breaks as (
    select * from reconciled.breaks
    where code = 'VALIDATION_FAILED' and state in ('open', 'assigned', 'waiting', 'reopened')
),

files as (
    select * from ops.files where state = 'accepted'
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
    quarantine.source_digest,
    quarantine.source_row,
    quarantine.key,
    quarantine.reason,
    coalesce(files.exported_date, breaks.business_date) as business_date
from quarantine
inner join breaks on quarantine.case_id = breaks.case_id
left join files on quarantine.stream = 'orders' and quarantine.source_digest = files.file_digest
where
    ($date::date is null or coalesce(files.exported_date, breaks.business_date) = $date::date)
    and ($file::varchar is null or quarantine.source = $file::varchar)
order by quarantine.stream, quarantine.source, quarantine.source_digest, quarantine.source_row
