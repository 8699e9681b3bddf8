-- One row per running subscription whose authorization ended, or ends within 30 days, or is spent; the first 500.
with
subscriptions as (
    select * from validated.subscriptions where status in ('TRIALING', 'ACTIVE', 'PAST_DUE', 'PAUSED')
),

authorizations as (
    select * from reconciled.revocations
),

prices as (
    select * from validated.prices
),

basis as (
    select * from reconciled.basis
),

found as (
    select
        subscriptions.subscription_id,
        subscriptions.status,
        case
            when authorizations.revoked_at is not null then 'revoked'
            when authorizations.expires_at < basis.as_of then 'expired'
            when authorizations.spent_units >= authorizations.allowance_units then 'spent'
            else 'runs out'
        end as authorization_state,
        coalesce(authorizations.revoked_at, authorizations.expires_at) as ends_at,
        subscriptions.current_period_end_at as next_charge_at,
        coalesce(prices.currency, '') as currency,
        prices.amount
    from subscriptions
    inner join authorizations on subscriptions.subscription_id = authorizations.subscription_id
    left join prices on subscriptions.price_id = prices.price_id
    cross join basis
    where
        authorizations.revoked_at is not null
        or authorizations.expires_at < basis.as_of + to_days(30)
        or authorizations.spent_units >= authorizations.allowance_units
)

select
    found.subscription_id,
    found.status,
    found.authorization_state,
    instant_text(found.ends_at) as ends_at,
    instant_text(found.next_charge_at) as next_charge_at,
    found.currency,
    found.amount
from found
order by found.ends_at nulls last, found.subscription_id
limit 500
