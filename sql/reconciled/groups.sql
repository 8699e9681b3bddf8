-- One row per order, transaction or bill that belongs to others: the label all of its group share.
-- Labels spread along the links until none gets smaller.
with recursive
pairs as (
    select 'order:' || order_id as member, 'transaction:' || transaction_id as other
    from reconciled.links

    union all

    select 'order:' || order_id, 'transaction:' || transaction_id
    from reconciled.candidates

    union all

    select 'order:' || order_id, kind || ':' || id
    from reconciled.bill_links
),

neighbours as (
    select member, other as neighbour from pairs
    union all
    select other, member from pairs
),

nearest as (
    select member, min(neighbour) as neighbour, count(*) = 1 as is_only
    from neighbours
    group by member
),

-- Two that have each other and nobody else are a group already: most are.
plain as (
    select nearest.member, nearest.neighbour
    from nearest
    inner join nearest as other on nearest.neighbour = other.member
    where nearest.is_only and other.is_only
),

labels(member, label) using key (member) as (
    select member, least(member, neighbour) as label
    from nearest
    anti join plain using (member)

    union

    select neighbours.neighbour, min(labels.label) as label
    from labels
    inner join neighbours on labels.member = neighbours.member
    inner join recurring.labels as present on neighbours.neighbour = present.member
    where labels.label < present.label
    group by neighbours.neighbour
)

select member, label from labels
union all
select member, least(member, neighbour) from plain
