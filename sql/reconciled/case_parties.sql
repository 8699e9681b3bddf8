-- One row per case: its parties counted, and what stands between them.
with
orders as (
    select * from reconciled.case_orders
),

transactions as (
    select * from reconciled.case_transactions
),

bills as (
    select * from reconciled.case_bills
),

claims as (
    select * from reconciled.case_claims
),

coverage as (
    select * from reconciled.coverage
)

select
    coalesce(orders.case_id, transactions.case_id, bills.case_id) as case_id,
    coalesce(orders.case_date, transactions.case_date, bills.case_date) as case_date,
    coalesce(orders.currency, transactions.currency, bills.currency, '') as currency,
    orders.order_id,
    transactions.transaction_id,
    coalesce(transactions.session_id, orders.session_id) as session_id,
    bills.subscription_id,
    bills.invoice_id,
    bills.charge_attempt_id,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(transactions.transaction_count, 0) as transaction_count,
    coalesce(transactions.completed_count, 0) as completed_count,
    -- Every completed transaction is a payment; charges are one only under an order.
    coalesce(transactions.completed_count, 0) + coalesce(bills.charged_count, 0) as payment_count,
    coalesce(bills.is_charged, false) as is_charged,
    coalesce(bills.has_open_charge, false) as has_open_charge,
    coalesce(orders.expects_money, false) as expects_money,
    coalesce(orders.has_refunded_order, false) as has_refunded_order,
    orders.overdue_since is not null as is_order_overdue,
    -- Asked only where nothing came: elsewhere a gap in a pull says nothing about the case.
    orders.overdue_since is not null
    and coalesce(orders.overdue_since - to_hours(1) < coverage.complete_from, true)
    and transactions.case_id is null
    and coalesce(bills.charged_count, 0) = 0 as is_extract_incomplete,
    coalesce(transactions.has_refunded, false) as has_refunded,
    coalesce(claims.has_open_claim, false) as has_open_claim,
    coalesce(claims.is_paid_ahead, false) as is_paid_ahead,
    coalesce(transactions.has_open_money, false) as has_open_money,
    coalesce(transactions.is_behind_bill, false) as is_behind_bill,
    coalesce(transactions.is_within_tolerance, false) as is_within_tolerance,
    coalesce(transactions.is_every_attempt_over, false) as is_every_attempt_over,
    coalesce(claims.is_suggested, false) as is_suggested,
    coalesce(claims.is_ambiguous, false) as is_ambiguous,
    coalesce(claims.is_joined_by_hand, false) as is_joined_by_hand
from orders
full join transactions on orders.case_id = transactions.case_id
full join bills on coalesce(orders.case_id, transactions.case_id) = bills.case_id
left join claims on orders.case_id = claims.case_id
cross join coverage
