-- One row per stream of which rows or exports were checked since the validated tables were computed.
with
checked as (
    select stream, arrival from ops.checked
)

select stream
from (from checked except select stream, arrival from validated.built_streams)
union
select 'orders' from turned_files
order by stream
