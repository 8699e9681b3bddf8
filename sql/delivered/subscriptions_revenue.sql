-- One row per currency: monthly recurring revenue from the first day of the month to the date of the as-of.
with
revenue as (
    select * from marts.subscription_revenue
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        revenue.currency,
        arg_min(revenue.opening_amount, revenue.business_date) as opening_amount,
        sum(revenue.new_amount) as new_amount,
        sum(revenue.reactivation_amount) as reactivation_amount,
        sum(revenue.expansion_amount) as expansion_amount,
        sum(revenue.contraction_amount) as contraction_amount,
        sum(revenue.churn_amount) as churn_amount,
        arg_max(revenue.closing_amount, revenue.business_date) as closing_amount,
        sum(revenue.churned_subscriptions)::bigint as churned_subscriptions,
        arg_max(revenue.closing_subscriptions, revenue.business_date) as closing_subscriptions
    from revenue
    cross join basis
    where
        revenue.business_date >= date_trunc('month', basis.as_of_date)
        and revenue.business_date <= basis.as_of_date
    group by revenue.currency
)

select
    sums.currency,
    sums.opening_amount,
    sums.new_amount,
    sums.reactivation_amount,
    sums.expansion_amount,
    -sums.contraction_amount as contraction_amount,
    -sums.churn_amount as churn_amount,
    sums.closing_amount,
    sums.churned_subscriptions,
    sums.closing_subscriptions
from sums
order by sums.currency
