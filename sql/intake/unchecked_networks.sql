-- One row per received row that no contract has seen yet.
select *
from raw.networks
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'networks'), 0)
order by arrival
