-- Dates that do not roll, and currencies whose latest closing is not what the subscriptions now pay a month.
with
latest as (
    select currency, closing_amount
    from marts.subscription_revenue
    qualify row_number() over (partition by currency order by business_date desc) = 1
),

subscriptions as (
    select
        prices.currency,
        sum(
            monthly_amount(
                prices.amount,
                prices.recurring_interval,
                prices.interval_count,
                coalesce(units.minor_units, 2)
            )
        ) as monthly_amount
    from validated.subscriptions as subscriptions
    inner join validated.prices as prices on subscriptions.price_id = prices.price_id
    left join validated.minor_units as units on prices.currency = units.currency
    cross join reconciled.basis as basis
    where
        subscriptions.status in ('ACTIVE', 'PAST_DUE')
        and subscriptions.billing_mode = 'FIXED'
        and coalesce(subscriptions.created_at < basis.as_of, true)
    group by prices.currency
)

select
    coalesce(latest.currency, subscriptions.currency) as currency,
    latest.closing_amount,
    subscriptions.monthly_amount
from latest
full outer join subscriptions on latest.currency = subscriptions.currency
where coalesce(latest.closing_amount, 0) <> coalesce(subscriptions.monthly_amount, 0)

union all

select currency, closing_amount, opening_amount
from marts.subscription_revenue
where
    opening_amount + new_amount + reactivation_amount + expansion_amount
    - contraction_amount - churn_amount <> closing_amount
