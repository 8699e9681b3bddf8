-- One row per version of a break: how it read, and from which as-of to which; the newest has no recorded_to.
-- What a former run at the same as-of wrote down is taken back first: versions superseded at once never were.
with
basis as (
    select * from reconciled.basis
),

breaks as (
    select * from reconciled.breaks
),

former as (
    select
        versions.* replace (
            case when versions.recorded_to < basis.as_of then versions.recorded_to end as recorded_to
        )
    from reconciled.closed_versions as versions
    cross join basis
    where versions.recorded_from < basis.as_of
),

fresh as (
    select breaks.*
    from breaks
    cross join basis
    where breaks.recorded_from = basis.as_of
)

select
    fresh.*,
    null::timestamptz as recorded_to
from fresh

union all by name

select
    former.* replace (
        case
            when former.recorded_to is null and fresh.break_id is not null then basis.as_of
            else former.recorded_to
        end as recorded_to
    )
from former
left join fresh on former.break_id = fresh.break_id
cross join basis
