-- One row per link or candidate pair, with the rule that joined it and what that rule saw.
with
orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

joined as (
    select order_id, transaction_id, match_rule from reconciled.links
    union all
    select order_id, transaction_id, 'amount_window' from reconciled.candidates
),

-- Only these two rules show values of the order.
compared as (
    select joined.transaction_id, orders.*
    from joined
    inner join orders on joined.order_id = orders.order_id
    where joined.match_rule in ('reference', 'amount_window')
)

select
    joined.order_id,
    joined.transaction_id,
    joined.match_rule,
    case joined.match_rule
        when 'session' then to_json({
            'field': 'checkout_session_id', 'value': transactions.checkout_session_id
        })
        when 'reference' then to_json({
            'field': 'transaction_ref',
            'value': list_filter(
                list_prepend(compared.transaction_ref, compared.further_refs),
                lambda named: named in (transactions.transaction_id, transactions.reference)
            )[1]
        })
        when 'external_id' then to_json({'field': 'external_id', 'value': transactions.external_id})
        when 'description' then to_json({'field': 'description', 'value': joined.order_id})
        when 'amount_window' then to_json({
            'field': 'amount',
            'value': compared.currency || ' ' || coins_text(compared.amount),
            'placed_at': instant_text(compared.placed_at),
            'created_at': instant_text(transactions.created_at)
        })
        when 'manual' then to_json({'field': 'decision', 'value': 'linked by hand'})
    end::varchar as evidence
from joined
inner join transactions on joined.transaction_id = transactions.transaction_id
left join compared
    on joined.order_id = compared.order_id and joined.transaction_id = compared.transaction_id
