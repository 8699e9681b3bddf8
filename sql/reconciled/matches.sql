-- One row per link, candidate pair or unlinked side: the case it belongs to and how the case stands.
with
members as (
    select * from reconciled.members
),

statuses as (
    select * from reconciled.case_statuses
),

basis as (
    select * from reconciled.basis
),

transactions as (
    select * from reconciled.transaction_facts
),

orders as (
    select * from reconciled.order_facts
),

pairs as (
    select order_id, transaction_id, match_rule from reconciled.links
    union all
    select order_id, transaction_id, 'amount_window' from reconciled.candidates
),

rows_of_matches as (
    select members.case_id, members.case_date, pairs.order_id, pairs.transaction_id, pairs.match_rule
    from pairs
    inner join members on members.kind = 'order' and pairs.order_id = members.id

    union all

    select members.case_id, members.case_date, members.id, null, null
    from members
    where members.kind = 'order' and members.id not in (select order_id from pairs)

    union all

    select members.case_id, members.case_date, null, members.id, null
    from members
    where members.kind = 'transaction' and members.id not in (select transaction_id from pairs)
)

select
    rows_of_matches.case_id,
    rows_of_matches.order_id,
    rows_of_matches.transaction_id,
    statuses.match_status,
    rows_of_matches.match_rule,
    basis.rule_version,
    case rows_of_matches.match_rule
        when 'session' then to_json({
            'field': 'checkout_session_id', 'value': transactions.checkout_session_id
        })
        when 'reference' then to_json({
            'field': 'transaction_ref',
            'value': list_filter(
                list_prepend(orders.transaction_ref, orders.further_refs),
                lambda named: named in (transactions.transaction_id, transactions.reference)
            )[1]
        })
        when 'external_id' then to_json({'field': 'external_id', 'value': transactions.external_id})
        when 'description' then to_json({'field': 'description', 'value': rows_of_matches.order_id})
        when 'amount_window' then to_json({
            'field': 'amount',
            'value': orders.currency || ' ' || coins_text(orders.amount),
            'placed_at': instant_text(orders.placed_at),
            'created_at': instant_text(transactions.created_at)
        })
        when 'manual' then to_json({'field': 'decision', 'value': 'linked by hand'})
        else to_json({'field': null, 'value': null})
    end::varchar as evidence,
    rows_of_matches.case_date as business_date
from rows_of_matches
inner join statuses on rows_of_matches.case_id = statuses.case_id
left join orders on rows_of_matches.order_id = orders.order_id
left join transactions on rows_of_matches.transaction_id = transactions.transaction_id
cross join basis
