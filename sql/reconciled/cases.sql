-- One row per case: its parties counted, its money in the currency of its oldest order, else transaction.
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

incomplete as (
    select * from reconciled.coverage
),

order_side as (
    select
        members.case_id,
        count(*) as order_count,
        arg_min(orders.order_id, (orders.placed_at, orders.order_id)) as order_id,
        arg_min(orders.currency, (orders.placed_at, orders.order_id)) as currency,
        arg_min(orders.session_ids[-1], (orders.placed_at, orders.order_id)) as session_id,
        bool_or(orders.expects_money) as expects_money,
        bool_or(orders.status = 'refunded') as has_refunded_order,
        bool_or(orders.expects_money and orders.is_past_gateway_sla) as is_order_overdue,
        bool_or(
            orders.expects_money
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
        bool_or(transactions.is_behind_document) as is_behind_document,
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

anchors as (
    select distinct case_id, case_date from members
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
    select
        members.case_id,
        bool_or(orders.expects_money and not transactions.is_closed) as has_open_claim,
        bool_or(orders.status in ('awaiting', 'cancelled') and transactions.is_completed)
            as is_paid_early
    from links
    inner join members on members.kind = 'order' and links.order_id = members.id
    inner join orders on links.order_id = orders.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    group by members.case_id
),

refunded_and_paid as (
    select distinct members.case_id
    from links
    inner join members on members.kind = 'order' and links.order_id = members.id
    inner join orders on links.order_id = orders.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    where orders.status = 'refunded'
    group by members.case_id, links.order_id
    having bool_or(transactions.is_completed) and bool_or(transactions.is_refunded)
),

money as (
    select * from reconciled.case_money
)

select
    anchors.case_id,
    anchors.case_date,
    coalesce(order_side.currency, transaction_side.currency) as currency,
    minor_units.minor_units,
    order_side.order_id,
    transaction_side.transaction_id,
    coalesce(transaction_side.session_id, order_side.session_id) as session_id,
    coalesce(order_side.order_count, 0) as order_count,
    coalesce(transaction_side.transaction_count, 0) as transaction_count,
    coalesce(transaction_side.completed_count, 0) as completed_count,
    coalesce(money.expected, 0) as expected,
    coalesce(money.received, 0) as received,
    coalesce(order_side.expects_money, false) as expects_money,
    coalesce(order_side.has_refunded_order, false) as has_refunded_order,
    coalesce(order_side.is_order_overdue, false) as is_order_overdue,
    coalesce(order_side.is_extract_incomplete, false) as is_extract_incomplete,
    coalesce(transaction_side.has_refunded, false) as has_refunded,
    coalesce(ahead.has_open_claim, false) as has_open_claim,
    coalesce(ahead.is_paid_early, false) or refunded_and_paid.case_id is not null as is_paid_ahead,
    coalesce(transaction_side.has_open_money, false) as has_open_money,
    coalesce(transaction_side.is_behind_document, false) as is_behind_document,
    coalesce(transaction_side.is_within_tolerance, false) as is_within_tolerance,
    coalesce(transaction_side.is_every_attempt_over, false) as is_every_attempt_over,
    coalesce(suggested.is_only_candidate, false) as is_suggested,
    coalesce(not suggested.is_only_candidate, false) as is_ambiguous,
    joined_by_hand.case_id is not null as is_joined_by_hand
from anchors
left join order_side on anchors.case_id = order_side.case_id
left join transaction_side on anchors.case_id = transaction_side.case_id
left join suggested on anchors.case_id = suggested.case_id
left join ahead on anchors.case_id = ahead.case_id
left join refunded_and_paid on anchors.case_id = refunded_and_paid.case_id
left join joined_by_hand on anchors.case_id = joined_by_hand.case_id
left join money
    on
        anchors.case_id = money.case_id
        and coalesce(order_side.currency, transaction_side.currency) = money.currency
left join minor_units
    on coalesce(order_side.currency, transaction_side.currency) = minor_units.currency
