-- One row per received row that no contract has seen yet.
select *
from raw.prices
where arrival > coalesce((select max(arrival) from ops.checked where stream = 'prices'), 0)
order by arrival
