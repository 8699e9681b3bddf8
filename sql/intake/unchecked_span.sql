-- One row: the first and the last arrival that no contract has seen yet, of the stream in `unchecked_rows`.
select
    coalesce(min(arrival), 1) as first_arrival,
    coalesce(max(arrival), 0) as last_arrival
from unchecked_rows
