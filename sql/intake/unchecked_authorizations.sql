-- One row per received row that no contract has seen yet.
select *
from raw.authorizations
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'authorizations'), 0)
order by arrival
