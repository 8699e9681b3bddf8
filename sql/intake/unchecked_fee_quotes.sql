-- One row per received row that no contract has seen yet.
select *
from raw.fee_quotes
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'fee_quotes'), 0)
order by arrival
