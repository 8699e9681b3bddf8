-- One row per parent whose children are to be read: new, changed, not over, or with a child that is not.
-- `staged_parents`, `held_parents` and `held_children` are rows of the two streams under common names.
with
newest_staged as (
    select *
    from staged_parents
    qualify row_number() over (partition by row_key order by fetch_order desc) = 1
),

newest_held as (
    select *
    from held_parents
    qualify
        row_number() over (partition by row_key order by ranked_at desc nulls last, arrival desc) = 1
),

newest_children as (
    select *
    from held_children
    qualify
        row_number() over (partition by row_key order by ranked_at desc nulls last, arrival desc) = 1
),

with_open_children as (
    select distinct
        place_1,
        place_2
    from newest_children
    where not coalesce(list_contains($child_final::varchar[], state), false)
),

parents as (
    select
        coalesce(staged.row_key, held.row_key) as row_key,
        coalesce(staged.place_1, held.place_1) as place_1,
        coalesce(staged.place_2, held.place_2) as place_2,
        coalesce(staged.state, held.state) as state,
        staged.row_key is not null
        and staged.content_digest is distinct from held.content_digest as is_fresh
    from newest_staged as staged
    full join newest_held as held on staged.row_key = held.row_key
)

select
    parents.place_1,
    parents.place_2
from parents
left join with_open_children as children
    on parents.place_1 = children.place_1 and parents.place_2 is not distinct from children.place_2
where
    parents.place_1 is not null
    and (
        parents.is_fresh
        or not coalesce(list_contains($parent_final::varchar[], parents.state), false)
        or children.place_1 is not null
        or $is_sweep
    )
order by parents.row_key
