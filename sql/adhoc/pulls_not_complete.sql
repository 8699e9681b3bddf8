-- Where may rows of the gateway be missing?
-- Answer: one row a window that was read and not shown complete, newest first; a later complete one over the same span mends it.
select
    stream,
    window_from,
    window_to,
    reason,
    rows_received,
    declared_total,
    run_id,
    finished_at
from ops.pulls
where not complete
order by finished_at desc, stream, window_from
