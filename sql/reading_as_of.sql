-- What readers of the published database ask with: macros that stay in the file.

-- The breaks as a past night told them: state, codes and amounts known at that instant, aged to the closing before it.
create or replace macro reconciled.breaks_as_of(instant) as table
with
moments as (
    select as_of from ops.closings
    union
    select as_of from reconciled.basis
),

moment as (
    select
        moments.as_of,
        basis.timezone
    from moments
    cross join reconciled.basis as basis
    where moments.as_of <= instant::timestamptz
    qualify row_number() over (order by moments.as_of desc) = 1
)

select
    versions.* exclude (recorded_to) replace (
        case
            when versions.holds
                then timezone(moment.timezone, moment.as_of - to_microseconds(1))::date
            else versions.last_seen_date
        end as last_seen_date,
        case
            when versions.holds
                then date_diff(
                    'day', versions.business_date, timezone(moment.timezone, moment.as_of)::date
                )
            else versions.age_days
        end as age_days
    )
from reconciled.breaks_history as versions
cross join moment
where
    versions.recorded_from <= moment.as_of
    and (versions.recorded_to is null or versions.recorded_to > moment.as_of);
