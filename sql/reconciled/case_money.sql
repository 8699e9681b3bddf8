-- One row per case and currency: what its orders expect and what its payments brought.
with
members as (
    select * from reconciled.members
),

orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

payments as (
    select * from reconciled.payments
),

amounts as (
    select
        members.case_id,
        orders.currency,
        case when orders.expects_money then orders.amount else 0 end as expected,
        0::decimal(38, 18) as received
    from members
    inner join orders on members.id = orders.order_id
    where members.kind = 'order'

    union all

    select
        members.case_id,
        transactions.fiat_currency,
        0::decimal(38, 18),
        0::decimal(38, 18)
    from members
    inner join transactions on members.id = transactions.transaction_id
    where members.kind = 'transaction'

    union all

    select
        case_id,
        currency,
        0::decimal(38, 18),
        amount
    from payments
)

select
    case_id,
    currency,
    sum(expected)::decimal(38, 18) as expected,
    sum(received)::decimal(38, 18) as received
from amounts
group by case_id, currency
