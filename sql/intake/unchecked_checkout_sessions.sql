-- One row per received row that no contract has seen yet.
select *
from raw.checkout_sessions
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'checkout_sessions'), 0)
order by arrival
