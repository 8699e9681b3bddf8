-- One row per received row that no contract has seen yet.
select *
from raw.plans
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'plans'), 0)
order by arrival
