-- One row per case of which something stands between its orders and their payments.
with
members as (
    select * from reconciled.members where kind = 'order'
),

orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

links as (
    select * from reconciled.links
),

payment_links as (
    select * from reconciled.payment_links
),

claims as (
    select order_id, 'by hand' as claim
    from links
    where match_rule = 'manual'

    union all

    select links.order_id, 'open'
    from links
    inner join orders on links.order_id = orders.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    where orders.expects_money and not transactions.is_closed

    union all

    select payment_links.order_id, 'paid ahead'
    from payment_links
    inner join orders on payment_links.order_id = orders.order_id
    where orders.status in ('awaiting', 'cancelled')

    union all

    select payment_links.order_id, 'paid ahead'
    from payment_links
    inner join orders on payment_links.order_id = orders.order_id
    inner join links on orders.order_id = links.order_id
    inner join transactions on links.transaction_id = transactions.transaction_id
    where orders.status = 'refunded' and transactions.is_refunded

    union all

    select order_id, case when is_only_candidate then 'suggested' else 'ambiguous' end
    from reconciled.candidates
)

select
    members.case_id,
    bool_or(claims.claim = 'by hand') as is_joined_by_hand,
    bool_or(claims.claim = 'open') as has_open_claim,
    bool_or(claims.claim = 'paid ahead') as is_paid_ahead,
    bool_or(claims.claim = 'suggested') and not bool_or(claims.claim = 'ambiguous') as is_suggested,
    bool_or(claims.claim = 'ambiguous') as is_ambiguous
from claims
inner join members on claims.order_id = members.id
group by members.case_id
