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
    select
        members.case_id,
        facts.transaction_id,
        facts.fiat_currency
    from reconciled.members as members
    inner join transactions as facts
        on members.kind = 'transaction' and members.id = facts.transaction_id
    where facts.is_completed
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

pairs as (
    select
        orders.case_id,
        orders.order_id,
        orders.amount,
        orders.currency,
        orders.status,
        orders.expects_money,
        orders.session_ids,
        transactions.transaction_id,
        transactions.checkout_session_id,
        transactions.fiat_amount,
        transactions.fiat_currency,
        transactions.is_completed,
        transactions.is_refunded,
        transactions.is_past_orders_sla
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
            where payments.case_id = orders.case_id and payments.fiat_currency <> orders.currency
        )
),

shared_payments as (
    select
        case_id,
        transaction_id,
        sum(amount) - min(amount) as surplus,
        fiat_currency
    from pairs
    where is_completed and expects_money and currency = fiat_currency and amount = fiat_amount
    group by case_id, transaction_id, fiat_currency
    having count(*) > 1
),

refunded_orders as (
    select case_id, order_id
    from pairs
    where status = 'refunded'
    group by case_id, order_id
    having bool_or(is_completed) and not bool_or(is_refunded)
),

status_breaks as (
    select case_id, 'expects money, no payment succeeded' as reason
    from cases
    where
        is_order_overdue
        and transaction_count > 0
        and completed_count = 0
        and not has_refunded
        and is_every_attempt_over

    union all

    select case_id, status || ', but paid'
    from pairs
    where status in ('awaiting', 'cancelled') and is_completed and is_past_orders_sla

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
        case_id,
        case when is_extract_incomplete then 'INCOMPLETE_EXTRACT' else 'MISSING_IN_GATEWAY' end as code,
        case when is_extract_incomplete then 0 else -expected end as impact,
        '' as reason
    from cases
    where transaction_count = 0 and is_order_overdue

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
        and not transactions.is_behind_document
        and transactions.is_past_orders_sla
        and cases.transaction_id not in (select transaction_id from awaited_payments)
        and transactions.business_date not in (select business_date from stale_dates)

    union all

    select
        shared.case_id,
        'DUPLICATE_ORDER',
        -sum(case when shared.fiat_currency = cases.currency then shared.surplus else 0 end),
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
