-- One row per subscription whose current period began longer ago than the orders SLA and has no invoice.
with
subscriptions as (
    select * from validated.subscriptions
),

invoices as (
    select * from reconciled.invoice_facts
),

prices as (
    select * from validated.prices
),

basis as (
    select * from reconciled.basis
)

select
    'period:' || subscriptions.subscription_id || '@'
    || strftime(
        timezone('UTC', subscriptions.current_period_start_at), '%Y-%m-%dT%H:%M:%S.%fZ'
    ) as case_id,
    subscriptions.subscription_id,
    subscriptions.current_period_start_at,
    subscriptions.price_id,
    coalesce(prices.amount, 0) as amount,
    coalesce(prices.currency, '') as currency,
    timezone(basis.timezone, subscriptions.current_period_start_at)::date as business_date
from subscriptions
left join prices on subscriptions.price_id = prices.price_id
cross join basis
anti join invoices
    on
        subscriptions.subscription_id = invoices.subscription_id
        and invoices.created_at >= subscriptions.current_period_start_at
        and (
            subscriptions.current_period_end_at is null
            or invoices.created_at < subscriptions.current_period_end_at
        )
where
    subscriptions.status = 'ACTIVE'
    and subscriptions.billing_mode = 'FIXED'
    and coalesce(subscriptions.created_at < basis.as_of, true)
    and subscriptions.current_period_start_at + to_hours(basis.orders_hours) < basis.as_of
