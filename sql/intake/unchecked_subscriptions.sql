-- One row per received row that no contract has seen yet.
select *
from raw.subscriptions
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'subscriptions'), 0)
order by arrival
