-- One row per stream and sweep of the last 90 days: what reading everything again found.
with
sweeps as (
    select * from ops.sweeps
),

basis as (
    select * from reconciled.basis
)

select
    timezone(basis.timezone, sweeps.as_of)::date - 1 as swept_date,
    sweeps.stream,
    case when sweeps.complete then 'yes' else 'no' end as is_complete,
    sweeps.rows_listed,
    sweeps.rows_new,
    sweeps.rows_changed,
    sweeps.rows_gone
from sweeps
cross join basis
where sweeps.as_of > basis.as_of - to_days(90)
order by swept_date desc, sweeps.stream, sweeps.run_id
