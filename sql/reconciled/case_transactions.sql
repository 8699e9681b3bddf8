-- One row per case with transactions: what they are together.
with
members as (
    select * from reconciled.members
),

transactions as (
    select * from reconciled.transaction_facts
)

select
    members.case_id,
    any_value(members.case_date) as case_date,
    count(*) as transaction_count,
    count(*) filter (where transactions.is_completed) as completed_count,
    arg_min(transactions.transaction_id, (transactions.created_at, transactions.transaction_id))
        as transaction_id,
    arg_min(transactions.fiat_currency, (transactions.created_at, transactions.transaction_id))
        as currency,
    arg_min(
        transactions.checkout_session_id, (transactions.created_at, transactions.transaction_id)
    ) as session_id,
    bool_or(transactions.is_refunded) as has_refunded,
    bool_or(not transactions.is_closed and transactions.received > 0) as has_open_money,
    bool_or(transactions.is_behind_bill) as is_behind_bill,
    coalesce(
        bool_or(transactions.is_inexact_but_accepted) filter (where transactions.is_completed),
        bool_or(transactions.is_inexact_but_accepted) filter (where transactions.is_refunded)
    ) as is_within_tolerance,
    bool_and(transactions.is_closed or transactions.is_past_gateway_sla) as is_every_attempt_over
from members
inner join transactions on members.id = transactions.transaction_id
where members.kind = 'transaction'
group by members.case_id
