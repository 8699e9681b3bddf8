-- One row per last date of a month that this closing passes, and that no closing ended on.
with
passed as (
    select
        basis.as_of_date,
        coalesce(
            (select max(closings.last_date) + 1 from ops.closings as closings),
            greatest(
                basis.first_date,
                coalesce(
                    (select min(daily_close.business_date) from marts.daily_close as daily_close),
                    basis.as_of_date
                )
            )
        ) as first_date
    from reconciled.basis as basis
)

select distinct last_day(days.day)::date as month_end
from passed
cross join lateral unnest(generate_series(passed.first_date, passed.as_of_date, interval 1 day)) as days (day)
where last_day(days.day) < passed.as_of_date
order by month_end
