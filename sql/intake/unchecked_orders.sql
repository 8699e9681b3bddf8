-- One row per order row, as read from its file, that no contract has seen yet.
select
    orders.*,
    files.name as source_file,
    files.arrival
from raw.orders as orders
inner join ops.files as files on orders.file_digest = files.file_digest and files.state = 'accepted'
anti join ops.checked_files as checked on orders.file_digest = checked.file_digest
order by files.arrival, orders.source_row
