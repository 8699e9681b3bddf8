-- One row per received row that no contract has seen yet.
select *
from raw.subscription_invoices
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'subscription_invoices'), 0)
order by arrival
