-- One row per order, transaction or bill that belongs to others: the label all of its group share, its least member.
-- Larger groups are contracted: in each round every member follows one of its neighbours or stays, drawn by a hash, and
-- those who follow the same one are one member of the next round, until nobody has a neighbour. A chain nearly halves
-- in a round, where labels that go from neighbour to neighbour take as many rounds as it has links.
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

numbered as (
    select member, row_number() over () as number
    from nearest
    anti join plain using (member)
),

-- Of each round the edges (both ways) and whom every member follows.
contracted(round, is_edge, number, other) as (
    select 0, true, numbered.number, beside.number
    from neighbours
    inner join numbered on neighbours.member = numbered.member
    inner join numbered as beside on neighbours.neighbour = beside.member

    union all

    (
        with
        followed as (
            select
                number,
                any_value(round) as round,
                arg_min(other, hash(other, round)) as other,
                min(hash(other, round)) < any_value(hash(number, round)) as is_follower
            from contracted
            where is_edge
            group by number
        ),

        heads as (
            select round, number, case when is_follower then other else number end as head from followed
        ),

        moved as (
            select distinct heads.round, heads.head, contracted.other
            from contracted
            inner join heads on contracted.number = heads.number
            where contracted.is_edge
        )

        select round, false, number, head from heads

        union all

        select distinct moved.round + 1, true, moved.head, beside.head
        from moved
        inner join heads as beside on moved.other = beside.number
        where moved.head <> beside.head
    )
),

heads as (
    select round, number, other as head from contracted where not is_edge
),

-- From the last round back: where whom a member follows has gone since.
rooted(round, number, root) as (
    select round, number, head
    from heads
    where round = (select max(round) from heads)

    union all

    select heads.round, heads.number, coalesce(rooted.root, heads.head)
    from heads
    left join rooted on heads.head = rooted.number
    where heads.round = (select min(round) - 1 from rooted)
)

select numbered.member, min(numbered.member) over (partition by rooted.root) as label
from rooted
inner join numbered on rooted.number = numbered.number
where rooted.round = 0
union all
select member, least(member, neighbour) from plain
