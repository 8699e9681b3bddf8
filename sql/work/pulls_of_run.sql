-- One row per stream that a run pulled: its windows, pages and rows, whether all is shown complete, and when it began.
select
    stream,
    count(window_from) as windows,
    sum(pages)::bigint as pages,
    sum(rows_received)::bigint as rows_received,
    sum(declared_total)::bigint as declared_total,
    bool_and(complete) as complete,
    string_agg(reason, '; ' order by started_at) filter (where not complete) as reason,
    min(started_at) as started_at,
    max(finished_at) as finished_at
from ops.pulls
where run_id = $run_id
group by stream
order by started_at, stream
