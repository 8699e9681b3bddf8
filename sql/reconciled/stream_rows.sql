-- One row per stream of the gateway: versions received, and versions accepted among them.
-- The newest version of a row carries its number, so their sum counts them all.
with
received as (
    select 'transactions' as stream, count(*) as rows from raw.transactions
    union all
    select 'checkout_sessions', count(*) from raw.checkout_sessions
    union all
    select 'subscriptions', count(*) from raw.subscriptions
    union all
    select 'plans', count(*) from raw.plans
    union all
    select 'prices', count(*) from raw.prices
    union all
    select 'subscription_invoices', count(*) from raw.subscription_invoices
    union all
    select 'charge_attempts', count(*) from raw.charge_attempts
    union all
    select 'authorizations', count(*) from raw.authorizations
    union all
    select 'currencies', count(*) from raw.currencies
    union all
    select 'networks', count(*) from raw.networks
    union all
    select 'subscription_currencies', count(*) from raw.subscription_currencies
    union all
    select 'fee_quotes', count(*) from raw.fee_quotes
),

accepted as (
    select 'transactions' as stream, count(*) as rows from validated.transactions_history
    union all
    select 'checkout_sessions', coalesce(sum(version), 0) from validated.checkout_sessions
    union all
    select 'subscriptions', count(*) from validated.subscriptions_history
    union all
    select 'plans', coalesce(sum(version), 0) from validated.plans
    union all
    select 'prices', coalesce(sum(version), 0) from validated.prices
    union all
    select 'subscription_invoices', count(*) from validated.subscription_invoices_history
    union all
    select 'charge_attempts', coalesce(sum(version), 0) from validated.charge_attempts
    union all
    select 'authorizations', count(*) from validated.authorizations_history
    union all
    select 'currencies', coalesce(sum(version), 0) from validated.currencies
    union all
    select 'networks', coalesce(sum(version), 0) from validated.networks
    union all
    select 'subscription_currencies', coalesce(sum(version), 0) from validated.subscription_currencies
    union all
    select 'fee_quotes', coalesce(sum(version), 0) from validated.fee_quotes
)

select
    received.stream,
    received.rows as received_rows,
    accepted.rows::bigint as accepted_rows
from received
inner join accepted on received.stream = accepted.stream
