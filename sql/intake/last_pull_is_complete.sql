-- One row: whether every line of the last pull of a stream is complete; null when there was none.
select bool_and(complete) as is_complete
from ops.pulls
where
    stream = $stream
    and run_id = (select arg_max(run_id, rowid) from ops.pulls where stream = $stream)
