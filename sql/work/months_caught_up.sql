-- One row per last date of a month that the first closing at this as-of passes, and that no closing ended on.
-- Of a date that is closed again they are those whose packs it drew then.
with
closed as (
    select
        max(closings.last_date) filter (where closings.as_of < basis.as_of) as last_date,
        coalesce(bool_or(closings.as_of = basis.as_of), false) as is_closed_again
    from reconciled.basis as basis
    left join ops.closings as closings on true
),

passed as (
    select
        basis.as_of_date,
        coalesce(
            closed.last_date + 1,
            greatest(
                basis.first_date,
                coalesce(
                    (select min(daily_close.business_date) from marts.daily_close as daily_close),
                    basis.as_of_date
                )
            )
        ) as first_date
    from reconciled.basis as basis
    cross join closed
    where not closed.is_closed_again
)

select distinct last_day(days.day)::date as month_end
from passed
cross join lateral unnest(generate_series(passed.first_date, passed.as_of_date, interval 1 day)) as days (day)
where last_day(days.day) < passed.as_of_date

union all

select reports.business_date
from delivered.reports as reports
cross join reconciled.basis as basis
cross join closed
where
    closed.is_closed_again
    and reports.name = $name
    and reports.as_of = basis.as_of
    and reports.business_date < basis.as_of_date

order by month_end
