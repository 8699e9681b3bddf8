-- A transaction stands once among the current transactions.
select
    transaction_id,
    count(*) as rows
from validated.transactions
group by transaction_id
having count(*) > 1 or transaction_id is null
