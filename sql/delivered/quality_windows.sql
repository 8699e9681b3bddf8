-- One row per stream that the latest run read: its windows, rows, the gateway's own total, and whether it is shown complete.
with
pulls as (
    select pulls.*
    from ops.pulls as pulls
    inner join ops.turn as turn on pulls.run_id = turn.run_id
)

select
    stream,
    count(*) as windows,
    instant_text(min(window_from)) as window_from,
    instant_text(max(window_to)) as window_to,
    sum(pages)::bigint as pages,
    sum(rows_received)::bigint as rows_received,
    sum(declared_total)::bigint as declared_total,
    sum(rows_new)::bigint as rows_new,
    sum(rows_changed)::bigint as rows_changed,
    case when bool_and(complete) then 'yes' else 'no' end as is_complete,
    coalesce(max(reason) filter (where not complete), '') as reason
from pulls
group by stream
order by bool_and(complete), stream
