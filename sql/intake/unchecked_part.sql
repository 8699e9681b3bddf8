-- One row per received row of so many arrivals that no contract has seen yet, of the stream in `unchecked_rows`.
select *
from unchecked_rows
where arrival >= $first_arrival and arrival < $first_arrival + $rows
order by arrival
