-- One row per business date that has completed checkout payments but not one order row.
with
dates_of_orders as (
    select distinct business_date from validated.orders
),

transactions as (
    select * from reconciled.transaction_facts
),

basis as (
    select * from reconciled.basis
)

select
    transactions.business_date,
    count(*) as payments,
    -- The first pull begins an hour early, so the day before the first date may show a payment or
    -- two without its orders: those wait, and no source is called silent.
    transactions.business_date >= basis.first_date as is_in_book
from transactions
cross join basis
anti join dates_of_orders as orders on transactions.business_date = orders.business_date
where transactions.is_completed and not transactions.is_behind_bill
group by transactions.business_date, basis.first_date
