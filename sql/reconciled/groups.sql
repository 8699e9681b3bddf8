-- One row per order or transaction that belongs to others: the label all members of its group share.
-- Labels spread along the links until none gets smaller.
with recursive
pairs as (
    select order_id, transaction_id from reconciled.links
    union all
    select order_id, transaction_id from reconciled.candidates
),

neighbours as (
    select 'order:' || order_id as member, 'transaction:' || transaction_id as neighbour from pairs
    union all
    select 'transaction:' || transaction_id, 'order:' || order_id from pairs
),

labels(member, label) using key (member) as (
    select member, least(member, min(neighbour)) as label
    from neighbours
    group by member

    union

    select neighbours.neighbour, min(labels.label) as label
    from labels
    inner join neighbours on labels.member = neighbours.member
    inner join recurring.labels as present on neighbours.neighbour = present.member
    where labels.label < present.label
    group by neighbours.neighbour
)

select member, label from labels
