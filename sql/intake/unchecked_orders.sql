-- One row per order row, as read from its file, that no contract has seen yet.
select
    orders.*,
    files.name as source_file,
    files.arrival
from raw.orders as orders
inner join ops.files as files on orders.file_digest = files.file_digest and files.state = 'accepted'
where files.arrival > coalesce((select max(arrival) from ops.checked where stream = 'orders'), 0)
order by files.arrival, orders.source_row
