-- One row per received row that no contract has seen yet.
select *
from raw.currencies
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'currencies'), 0)
order by arrival
