-- How many subscriptions were made up to the end of a month, and first held by a closing after it.
with
held as (
    select
        versions.subscription_id,
        timezone(basis.timezone, min(versions.recorded_from))::date - 1 as first_held,
        timezone(basis.timezone, min(versions.created_at))::date as made
    from validated.subscriptions_history as versions
    cross join reconciled.basis as basis
    where not versions.is_outdated
    group by versions.subscription_id, basis.timezone
)

select count(*) as subscriptions
from held
where first_held > $month_end::date and coalesce(made, $month_end::date) <= $month_end::date
