-- One row per case and code that holds for its parties together, with its impact in the case's currency.
with
cases as (
    select * from reconciled.cases
),

members as (
    select * from reconciled.members where kind = 'order'
),

orders as (
    select
        members.case_id,
        facts.*
    from reconciled.order_facts as facts
    inner join members on facts.order_id = members.id
),

links as (
    select * from reconciled.links
),

transactions as (
    select * from reconciled.transaction_facts
),

payments as (
    select * from reconciled.payments
),

stale_dates as (
    select * from reconciled.stale_dates
),

awaited_payments as (
    select * from reconciled.awaited_payments
),

duplicates as (
    select distinct order_id from reconciled.duplicate_payments
),

-- An order and a payment that are linked with each other.
paid_orders as (
    select
        orders.case_id,
        orders.order_id,
        orders.amount,
        orders.currency,
        orders.status,
        orders.expects_money,
        payments.kind,
        payments.id,
        payments.amount as paid_amount,
        payments.currency as paid_currency,
        payments.is_past_orders_sla
    from reconciled.payment_links as payment_links
    inner join orders on payment_links.order_id = orders.order_id
    inner join payments on payment_links.kind = payments.kind and payment_links.id = payments.id
),

pairs as (
    select
        orders.case_id,
        orders.order_id,
        orders.session_ids,
        transactions.checkout_session_id,
        transactions.is_completed,
        transactions.is_refunded
    from links
    inner join orders on links.order_id = orders.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
),

mismatched_currencies as (
    select orders.case_id, orders.amount, orders.currency
    from orders
    inner join cases on orders.case_id = cases.case_id
    where
        not cases.is_ambiguous
        and exists (
            select 1
            from payments
            where payments.case_id = orders.case_id and payments.currency <> orders.currency
        )
),

shared_payments as (
    select
        case_id,
        kind,
        id,
        sum(amount) - min(amount) as surplus,
        currency
    from paid_orders
    where expects_money and currency = paid_currency and amount = paid_amount
    group by case_id, kind, id, currency
    having count(*) > 1
),

refunded_orders as (
    select distinct case_id, order_id
    from paid_orders
    where
        status = 'refunded'
        and order_id not in (select order_id from pairs where is_refunded)
),

overdue_orders as (
    select
        orders.case_id,
        sum(case when orders.currency = cases.currency then orders.amount else 0 end) as amount
    from orders
    inner join cases on orders.case_id = cases.case_id
    where orders.expects_money and orders.is_past_gateway_sla
    group by orders.case_id
),

status_breaks as (
    select case_id, 'expects money, no payment succeeded' as reason
    from cases
    where
        is_order_overdue
        and transaction_count > 0
        and payment_count = 0
        and not has_refunded
        and is_every_attempt_over

    union all

    select case_id, status || ', but paid'
    from paid_orders
    where status in ('awaiting', 'cancelled') and is_past_orders_sla

    union all

    select case_id, 'refunded, but the payment stands'
    from refunded_orders
),

uncovered_refunds as (
    select distinct orders.case_id
    from orders
    inner join cases on orders.case_id = cases.case_id
    left join reconciled.case_money as money
        on orders.case_id = money.case_id and orders.currency = money.currency
    where orders.expects_money and cases.has_refunded and money.received < orders.amount
),

superseded as (
    select
        pairs.case_id,
        min(pairs.session_ids[-1]) as last_session_id,
        min(pairs.checkout_session_id) as paid_session_id
    from pairs
    inner join cases on pairs.case_id = cases.case_id
    where
        cases.completed_count = 1
        and pairs.is_completed
        and pairs.checkout_session_id is not null
        and pairs.session_ids[-1] <> pairs.checkout_session_id
    group by pairs.case_id
),

codes as (
    select
        cases.case_id,
        case when cases.is_extract_incomplete then 'INCOMPLETE_EXTRACT' else 'MISSING_IN_GATEWAY' end
            as code,
        case when cases.is_extract_incomplete then 0 else -overdue_orders.amount end as impact,
        '' as reason
    from cases
    inner join overdue_orders on cases.case_id = overdue_orders.case_id
    where cases.transaction_count = 0 and cases.payment_count = 0

    union all

    select
        mismatched.case_id,
        'CURRENCY_MISMATCH',
        -sum(case when mismatched.currency = cases.currency then mismatched.amount else 0 end),
        ''
    from mismatched_currencies as mismatched
    inner join cases on mismatched.case_id = cases.case_id
    group by mismatched.case_id

    union all

    select case_id, 'AMBIGUOUS_MATCH', -expected, ''
    from cases
    where is_ambiguous

    union all

    select cases.case_id, 'MISSING_IN_ORDERS', cases.received, ''
    from cases
    inner join transactions on cases.transaction_id = transactions.transaction_id
    where
        cases.order_count = 0
        and transactions.is_completed
        and not transactions.is_behind_bill
        and transactions.is_past_orders_sla
        and cases.transaction_id not in (select transaction_id from awaited_payments)
        and transactions.business_date not in (select business_date from stale_dates)

    union all

    select
        shared.case_id,
        'DUPLICATE_ORDER',
        -sum(case when shared.currency = cases.currency then shared.surplus else 0 end),
        ''
    from shared_payments as shared
    inner join cases on shared.case_id = cases.case_id
    group by shared.case_id

    union all

    select orders.case_id, 'DUPLICATE_PAYMENT', any_value(cases.received - cases.expected), ''
    from duplicates
    inner join orders on duplicates.order_id = orders.order_id
    inner join cases on orders.case_id = cases.case_id
    group by orders.case_id

    union all

    select
        status_breaks.case_id,
        'STATUS_MISMATCH',
        any_value(cases.received - cases.expected),
        string_agg(distinct status_breaks.reason, '; ' order by status_breaks.reason)
    from status_breaks
    inner join cases on status_breaks.case_id = cases.case_id
    group by status_breaks.case_id

    union all

    select cases.case_id, 'REFUND_NOT_IN_ORDERS', cases.received - cases.expected, ''
    from uncovered_refunds
    inner join cases on uncovered_refunds.case_id = cases.case_id

    union all

    select case_id, 'SUPERSEDED_SESSION_PAID', 0, paid_session_id || ' instead of ' || last_session_id
    from superseded
)

select
    codes.case_id,
    codes.code,
    codes.impact::decimal(38, 18) as impact,
    codes.reason
from codes
