-- One row per day of the last 30 and outcome of charge attempts: how many there were.
with
attempts as (
    select * from reconciled.charge_facts
),

failures as (
    select * from reconciled.charge_failures
),

basis as (
    select * from reconciled.basis
),

dated as (
    select
        timezone(basis.timezone, coalesce(attempts.attempted_at, attempts.created_at))::date
            as business_date,
        basis.as_of_date,
        case
            when attempts.is_succeeded then 'succeeded'
            when failures.charge_attempt_id is not null then 'failed ' || failures.failure_class
            else 'under way'
        end as outcome
    from attempts
    left join failures on attempts.charge_attempt_id = failures.charge_attempt_id
    cross join basis
)

select
    business_date,
    outcome,
    count(*) as attempts
from dated
where business_date > as_of_date - 30 and business_date <= as_of_date
group by business_date, outcome
order by business_date, outcome
