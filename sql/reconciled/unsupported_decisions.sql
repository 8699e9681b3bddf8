-- One row per decision of a person that stands and that the facts no longer support, with why.
-- The decision is kept all the same: only a person takes it back, or makes it again.
with
actions as (
    select * from ops.actions
),

minor_units as (
    select * from validated.minor_units
),

breaks as (
    select * from reconciled.breaks
),

judged as (
    select case_id from reconciled.judged_breaks
),

-- Rows dated after the as-of wait; a pair of them is known all the same.
orders as (
    select * from validated.orders
),

transactions as (
    select * from validated.transactions
),

key_links as (
    select * from reconciled.key_links where pass > 0
),

vanished as (
    select order_id, missing_from_file from validated.vanished_orders
),

deleted as (
    select transaction_id from reconciled.deleted_rows
),

last_on_breaks as (
    select *
    from actions
    where break_id is not null and verb in ('assign', 'wait', 'resolve', 'write_off', 'reopen')
    qualify row_number() over (partition by break_id order by action_no desc) = 1
),

last_on_pairs as (
    select *
    from actions
    where
        order_id is not null
        and transaction_id is not null
        and verb in ('link', 'accept', 'unlink', 'reject')
    qualify row_number() over (partition by order_id, transaction_id order by action_no desc) = 1
),

closed_by_people as (
    select
        last_on_breaks.*,
        breaks.code as code_now,
        breaks.currency as currency_now,
        breaks.money_impact as amount_now,
        breaks.evidence ->> 'merged_into' as merged_into,
        judged.case_id is not null as is_judged,
        case last_on_breaks.verb when 'write_off' then 'written off' else 'resolved' end as deed,
        last_on_breaks.code || ' of ' || last_on_breaks.currency || ' '
        || money_text(last_on_breaks.amount, minor_units.minor_units) as then_text,
        breaks.code || ' of ' || breaks.currency || ' '
        || money_text(breaks.money_impact, units_now.minor_units) as now_text
    from last_on_breaks
    inner join breaks on last_on_breaks.break_id = breaks.break_id
    left join judged on breaks.case_id = judged.case_id
    left join minor_units on last_on_breaks.currency = minor_units.currency
    left join minor_units as units_now on breaks.currency = units_now.currency
    where last_on_breaks.verb in ('resolve', 'write_off')
),

unsupported_closings as (
    select
        *,
        'Break ' || break_id || ' was ' || deed || ' as ' || then_text
        || case
            when merged_into is not null
                then ', and its case has become part of ' || merged_into || ', which is judged anew.'
            when not is_judged
                then ', and the facts show no difference any more: the write-off is to be taken back.'
            else ', and is now ' || now_text || '.'
        end as detail
    from closed_by_people
    where
        merged_into is not null
        or (not is_judged and verb = 'write_off')
        or (
            is_judged
            and (
                code is distinct from code_now
                or currency is distinct from currency_now
                or amount is distinct from amount_now
            )
        )
),

-- When a suggestion was accepted, no key joined either side to anything.
claims_of_others as (
    select last_on_pairs.action_no, 'order ' || key_links.order_id as other
    from last_on_pairs
    inner join key_links on last_on_pairs.transaction_id = key_links.transaction_id
    where last_on_pairs.verb = 'accept' and last_on_pairs.order_id <> key_links.order_id

    union all

    select last_on_pairs.action_no, 'transaction ' || key_links.transaction_id
    from last_on_pairs
    inner join key_links on last_on_pairs.order_id = key_links.order_id
    where last_on_pairs.verb = 'accept' and last_on_pairs.transaction_id <> key_links.transaction_id
),

claimed_by_others as (
    select action_no, min(other) as other
    from claims_of_others
    group by action_no
),

pairs as (
    select
        last_on_pairs.*,
        claimed_by_others.other,
        last_on_pairs.verb in ('link', 'accept') as is_linked,
        orders.order_id is null as is_order_gone,
        transactions.transaction_id is null as is_transaction_gone,
        vanished.missing_from_file,
        deleted.transaction_id is not null as is_deleted,
        orders.currency as currency_now,
        orders.amount as amount_now,
        transactions.fiat_currency as received_currency_now,
        transactions.fiat_amount as received_amount_now,
        case
            when list_contains(orders.session_ids, transactions.checkout_session_id) then 'session'
            when
                list_has_any(
                    list_prepend(orders.transaction_ref, orders.further_refs),
                    list_filter(
                        [transactions.transaction_id, transactions.reference],
                        lambda named: named is not null
                    )
                )
                then 'reference'
            when orders.order_id = transactions.external_id then 'external_id'
        end as key_now,
        'Order ' || last_on_pairs.order_id || ' and transaction ' || last_on_pairs.transaction_id
            as pair_text
    from last_on_pairs
    left join orders on last_on_pairs.order_id = orders.order_id
    left join transactions on last_on_pairs.transaction_id = transactions.transaction_id
    left join vanished on last_on_pairs.order_id = vanished.order_id
    left join deleted on last_on_pairs.transaction_id = deleted.transaction_id
    left join claimed_by_others on last_on_pairs.action_no = claimed_by_others.action_no
),

worded_pairs as (
    select
        pairs.*,
        case
            when pairs.is_linked and pairs.is_order_gone
                then pairs.pair_text || ' were linked by hand, and the order is not known any more.'
            when pairs.is_linked and pairs.is_transaction_gone
                then pairs.pair_text || ' were linked by hand, and the transaction is not known any more.'
            when pairs.is_linked and pairs.is_deleted
                then
                    pairs.pair_text
                    || ' were linked by hand, and the gateway no longer lists the transaction.'
            when pairs.is_linked and pairs.missing_from_file is not null
                then
                    pairs.pair_text || ' were linked by hand, and a later export of that date, '
                    || pairs.missing_from_file || ', no longer holds the order.'
            when
                pairs.is_linked
                and (pairs.amount <> pairs.amount_now or pairs.currency <> pairs.currency_now)
                then
                    pairs.pair_text || ' were linked by hand when the order said ' || pairs.currency
                    || ' ' || money_text(pairs.amount, units.minor_units) || '; it now says '
                    || pairs.currency_now || ' '
                    || money_text(pairs.amount_now, units_now.minor_units) || '.'
            when
                pairs.is_linked
                and (
                    pairs.received_amount <> pairs.received_amount_now
                    or pairs.received_currency <> pairs.received_currency_now
                )
                then
                    pairs.pair_text || ' were linked by hand when the transaction said '
                    || pairs.received_currency || ' '
                    || money_text(pairs.received_amount, units_received.minor_units)
                    || '; it now says ' || pairs.received_currency_now || ' '
                    || money_text(pairs.received_amount_now, units_received_now.minor_units) || '.'
            when pairs.other is not null
                then
                    pairs.pair_text || ' were accepted as a suggestion, and a key has come to join them to '
                    || pairs.other || '.'
            when
                not pairs.is_linked
                and pairs.key_now is not null
                and coalesce(pairs.match_rule, '') not in ('session', 'reference', 'external_id')
                then
                    pairs.pair_text || ' were parted by hand, and their ' || replace(pairs.key_now, '_', ' ')
                    || ' has come to say that they belong together.'
        end as detail
    from pairs
    left join minor_units as units on pairs.currency = units.currency
    left join minor_units as units_now on pairs.currency_now = units_now.currency
    left join minor_units as units_received on pairs.received_currency = units_received.currency
    left join minor_units as units_received_now
        on pairs.received_currency_now = units_received_now.currency
)

select
    action_no,
    verb,
    case_id,
    break_id,
    order_id,
    transaction_id,
    detail,
    reason,
    decided_by,
    decided_at,
    effective_at
from unsupported_closings

union all

select
    action_no,
    verb,
    case_id,
    break_id,
    order_id,
    transaction_id,
    detail,
    reason,
    decided_by,
    decided_at,
    effective_at
from worded_pairs
where detail is not null
