-- One row per stream of which rows or exports were checked since the validated tables were computed.
with
checked as (
    select stream, arrival from ops.checked
),

files as (
    select file_digest, arrival, exported_date from ops.files where state = 'accepted'
),

turned_files as (
    (from files except select file_digest, arrival, exported_date from validated.built_files)
    union all
    (select file_digest, arrival, exported_date from validated.built_files except from files)
)

select stream
from (from checked except select stream, arrival from validated.built_streams)
union
select 'orders' from turned_files
order by stream
