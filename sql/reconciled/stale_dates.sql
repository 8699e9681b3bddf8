-- One row per business date that has completed checkout payments but not one order row.
with
orders as (
    select * from validated.orders
),

transactions as (
    select * from reconciled.transaction_facts
)

select
    transactions.business_date,
    count(*) as payments
from transactions
anti join orders on transactions.business_date = orders.business_date
where transactions.is_completed and not transactions.is_behind_document
group by transactions.business_date
