-- One row per received row that no contract has seen yet.
select *
from raw.transactions
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'transactions'), 0)
order by arrival
