-- One row per business date and currency on which monthly recurring revenue moved, and one for the latest date: the roll-forward.
-- Revenue is the monthly price of subscriptions that are ACTIVE or PAST_DUE at a fixed price, as each closing first held them.
with
versions as (
    select * from validated.subscriptions_history where not is_outdated
),

prices as (
    select
        prices.*,
        coalesce(units.minor_units, 2) as minor_units
    from validated.prices as prices
    left join validated.minor_units as units on prices.currency = units.currency
),

basis as (
    select * from reconciled.basis
),

-- One that was made after the cut-off of the night that saw it waits for the next.
dated as (
    select
        versions.subscription_id,
        versions.version,
        greatest(
            timezone(basis.timezone, versions.recorded_from)::date - 1,
            timezone(basis.timezone, coalesce(versions.created_at, versions.recorded_from - to_seconds(1)))::date
        ) as business_date,
        coalesce(prices.currency, '') as currency,
        case
            when versions.status in ('ACTIVE', 'PAST_DUE') and versions.billing_mode = 'FIXED'
                then coalesce(
                    monthly_amount(
                        prices.amount, prices.recurring_interval, prices.interval_count, prices.minor_units
                    ),
                    0
                )
            else 0
        end as monthly_amount
    from versions
    left join prices on versions.price_id = prices.price_id
    cross join basis
),

standing as (
    select dated.*
    from dated
    cross join basis
    where dated.business_date <= basis.as_of_date
    qualify row_number() over (
        partition by dated.subscription_id, dated.business_date order by dated.version desc
    ) = 1
),

compared as (
    select
        *,
        lag(currency) over history as former_currency,
        coalesce(lag(monthly_amount) over history, 0) as former_amount,
        coalesce(
            max(monthly_amount) over (
                partition by subscription_id order by business_date
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as highest_amount
    from standing
    window history as (partition by subscription_id order by business_date)
),

movements as (
    select
        business_date,
        currency,
        case
            when former_amount = 0 and highest_amount > 0 then 'reactivation'
            when former_amount = 0 then 'new'
            when monthly_amount = 0 then 'churn'
            when monthly_amount > former_amount then 'expansion'
            else 'contraction'
        end as movement,
        monthly_amount - former_amount as amount,
        (monthly_amount > 0)::integer - (former_amount > 0)::integer as subscriptions
    from compared
    where
        monthly_amount <> former_amount
        and (former_currency is null or former_currency = currency or former_amount = 0)

    union all

    -- A subscription that goes on in another currency leaves the one and is new in the other.
    select business_date, former_currency, 'churn', -former_amount, -1
    from compared
    where former_currency <> currency and former_amount > 0

    union all

    select business_date, currency, 'new', monthly_amount, 1
    from compared
    where former_currency <> currency and former_amount > 0 and monthly_amount > 0
),

days as (
    select business_date, currency from movements
    union
    select basis.as_of_date, movements.currency
    from movements
    cross join basis
),

rolled as (
    select
        days.business_date,
        days.currency,
        coalesce(sum(movements.amount) filter (where movements.movement = 'new'), 0) as new_amount,
        coalesce(sum(movements.amount) filter (where movements.movement = 'reactivation'), 0)
            as reactivation_amount,
        coalesce(sum(movements.amount) filter (where movements.movement = 'expansion'), 0)
            as expansion_amount,
        coalesce(-sum(movements.amount) filter (where movements.movement = 'contraction'), 0)
            as contraction_amount,
        coalesce(-sum(movements.amount) filter (where movements.movement = 'churn'), 0)
            as churn_amount,
        coalesce(sum(movements.amount), 0) as change_amount,
        coalesce(sum(movements.subscriptions), 0) as change_subscriptions,
        count(*) filter (where movements.movement = 'new') as new_subscriptions,
        count(*) filter (where movements.movement = 'churn') as churned_subscriptions
    from days
    left join movements
        on days.business_date = movements.business_date and days.currency = movements.currency
    group by days.business_date, days.currency
),

closed as (
    select
        *,
        sum(change_amount) over (partition by currency order by business_date) as closing_amount,
        sum(change_subscriptions) over (partition by currency order by business_date)
            as closing_subscriptions
    from rolled
)

select
    business_date,
    currency,
    (closing_amount - change_amount)::decimal(38, 18) as opening_amount,
    new_amount::decimal(38, 18) as new_amount,
    reactivation_amount::decimal(38, 18) as reactivation_amount,
    expansion_amount::decimal(38, 18) as expansion_amount,
    contraction_amount::decimal(38, 18) as contraction_amount,
    churn_amount::decimal(38, 18) as churn_amount,
    closing_amount::decimal(38, 18) as closing_amount,
    (closing_subscriptions - change_subscriptions)::bigint as opening_subscriptions,
    new_subscriptions,
    churned_subscriptions,
    closing_subscriptions::bigint as closing_subscriptions
from closed
