-- One row per received row that no contract has seen yet.
select *
from raw.subscription_currencies
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'subscription_currencies'), 0)
order by arrival
