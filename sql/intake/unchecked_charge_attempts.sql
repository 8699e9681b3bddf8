-- One row per received row that no contract has seen yet.
select *
from raw.charge_attempts
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'charge_attempts'), 0)
order by arrival
