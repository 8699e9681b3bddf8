-- At most one transaction that the gateway listed just now and that is none of those asked for by id.
select transaction_id
from staged_transactions
where transaction_id is not null and not list_contains($asked::varchar[], transaction_id)
order by created_at desc, transaction_id
limit 1
