-- One row per case: its parties counted, its money in the currency of its anchor.
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

candidates as (
    select * from reconciled.candidates
),

links as (
    select * from reconciled.links
),

minor_units as (
    select * from validated.minor_units
),

invoices as (
    select * from reconciled.invoice_facts
),

charges as (
    select * from reconciled.charge_facts
),

missed_periods as (
    select * from reconciled.missed_periods
),

payments as (
    select * from reconciled.payments
),

payment_links as (
    select
        payment_links.order_id,
        payments.case_id,
        payments.is_past_orders_sla
    from reconciled.payment_links as payment_links
    inner join payments on payment_links.kind = payments.kind and payment_links.id = payments.id
),

incomplete as (
    select * from reconciled.coverage
),

order_side as (
    select
        members.case_id,
        count(*) as order_count,
        -- The oldest order is the anchor, after which the case is named.
        any_value(orders.order_id) filter (where members.case_id = 'order:' || orders.order_id) as order_id,
        any_value(orders.currency) filter (where members.case_id = 'order:' || orders.order_id) as currency,
        arg_min(orders.session_ids[-1], (orders.placed_at, orders.order_id)) as session_id,
        bool_or(orders.expects_money) as expects_money,
        bool_or(orders.status = 'refunded') as has_refunded_order,
        bool_or(orders.expects_money and orders.is_past_gateway_sla) as is_order_overdue,
        bool_or(
            orders.expects_money
            and orders.is_past_gateway_sla
            and coalesce(orders.placed_at - to_hours(1) < incomplete.complete_from, true)
        ) as is_extract_incomplete
    from members
    inner join orders on members.id = orders.order_id
    cross join incomplete
    where members.kind = 'order'
    group by members.case_id
),

transaction_side as (
    select
        members.case_id,
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
),

invoice_side as (
    select
        members.case_id,
        arg_min(invoices.invoice_id, (invoices.created_at, invoices.invoice_id)) as invoice_id,
        arg_min(invoices.subscription_id, (invoices.created_at, invoices.invoice_id))
            as subscription_id,
        arg_min(invoices.currency, (invoices.created_at, invoices.invoice_id)) as currency
    from members
    inner join invoices on members.id = invoices.invoice_id
    where members.kind = 'invoice'
    group by members.case_id
),

charge_side as (
    select
        members.case_id,
        arg_min(
            charges.charge_attempt_id,
            (not charges.is_succeeded, charges.created_at, charges.charge_attempt_id)
        ) as charge_attempt_id,
        arg_min(charges.subscription_id, (charges.created_at, charges.charge_attempt_id))
            as subscription_id,
        arg_min(charges.currency, (charges.created_at, charges.charge_attempt_id)) as currency,
        bool_or(charges.is_succeeded) as is_charged,
        bool_or(charges.is_succeeded and not coalesce(invoices.is_paid, false)) as has_open_charge
    from members
    inner join charges on members.id = charges.charge_attempt_id
    left join invoices on charges.invoice_id = invoices.invoice_id
    where members.kind = 'attempt'
    group by members.case_id
),

payment_side as (
    select case_id, count(*) as payment_count
    from payments
    group by case_id
),

anchors as (
    select case_id, case_date
    from members
    where case_id = kind || ':' || id

    union all

    select case_id, business_date from missed_periods
),

suggested as (
    select members.case_id, bool_and(candidates.is_only_candidate) as is_only_candidate
    from candidates
    inner join members on members.kind = 'order' and candidates.order_id = members.id
    group by members.case_id
),

joined_by_hand as (
    select distinct members.case_id
    from links
    inner join members on members.kind = 'order' and links.order_id = members.id
    where links.match_rule = 'manual'
),

ahead as (
    select distinct members.case_id
    from links
    inner join members on members.kind = 'order' and links.order_id = members.id
    inner join orders on links.order_id = orders.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    where orders.expects_money and not transactions.is_closed
),

paid_early as (
    select distinct payment_links.case_id
    from payment_links
    inner join orders on payment_links.order_id = orders.order_id
    where orders.status in ('awaiting', 'cancelled')
),

refunded_and_paid as (
    select distinct payment_links.case_id
    from payment_links
    inner join orders on payment_links.order_id = orders.order_id
    inner join links on orders.order_id = links.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    where orders.status = 'refunded' and transactions.is_refunded
),

money as (
    select * from reconciled.case_money
),

described as (
    select
        anchors.case_id,
        anchors.case_date,
        coalesce(
            order_side.currency,
            transaction_side.currency,
            invoice_side.currency,
            charge_side.currency,
            missed_periods.currency,
            ''
        ) as currency,
        order_side.order_id,
        transaction_side.transaction_id,
        coalesce(transaction_side.session_id, order_side.session_id) as session_id,
        coalesce(
            invoice_side.subscription_id, charge_side.subscription_id, missed_periods.subscription_id
        ) as subscription_id,
        invoice_side.invoice_id,
        charge_side.charge_attempt_id,
        coalesce(order_side.order_count, 0) as order_count,
        coalesce(transaction_side.transaction_count, 0) as transaction_count,
        coalesce(transaction_side.completed_count, 0) as completed_count,
        coalesce(payment_side.payment_count, 0) as payment_count,
        coalesce(charge_side.is_charged, false) as is_charged,
        coalesce(charge_side.has_open_charge, false) as has_open_charge,
        coalesce(order_side.expects_money, false) as expects_money,
        coalesce(order_side.has_refunded_order, false) as has_refunded_order,
        coalesce(order_side.is_order_overdue, false) as is_order_overdue,
        -- Asked only where nothing came: elsewhere a gap in a pull says nothing about the case.
        coalesce(order_side.is_extract_incomplete, false)
        and transaction_side.case_id is null
        and payment_side.case_id is null as is_extract_incomplete,
        coalesce(transaction_side.has_refunded, false) as has_refunded,
        ahead.case_id is not null as has_open_claim,
        paid_early.case_id is not null or refunded_and_paid.case_id is not null as is_paid_ahead,
        coalesce(transaction_side.has_open_money, false) as has_open_money,
        coalesce(transaction_side.is_behind_bill, false) as is_behind_bill,
        coalesce(transaction_side.is_within_tolerance, false) as is_within_tolerance,
        coalesce(transaction_side.is_every_attempt_over, false) as is_every_attempt_over,
        coalesce(suggested.is_only_candidate, false) as is_suggested,
        coalesce(not suggested.is_only_candidate, false) as is_ambiguous,
        joined_by_hand.case_id is not null as is_joined_by_hand
    from anchors
    left join order_side on anchors.case_id = order_side.case_id
    left join transaction_side on anchors.case_id = transaction_side.case_id
    left join invoice_side on anchors.case_id = invoice_side.case_id
    left join charge_side on anchors.case_id = charge_side.case_id
    left join payment_side on anchors.case_id = payment_side.case_id
    left join missed_periods on anchors.case_id = missed_periods.case_id
    left join suggested on anchors.case_id = suggested.case_id
    left join ahead on anchors.case_id = ahead.case_id
    left join paid_early on anchors.case_id = paid_early.case_id
    left join refunded_and_paid on anchors.case_id = refunded_and_paid.case_id
    left join joined_by_hand on anchors.case_id = joined_by_hand.case_id
)

select
    described.*,
    minor_units.minor_units,
    coalesce(money.expected, 0) as expected,
    coalesce(money.received, 0) as received
from described
left join money on described.case_id = money.case_id and described.currency = money.currency
left join minor_units on described.currency = minor_units.currency
