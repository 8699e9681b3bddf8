-- One row per source: when its newest row was made, and how many full days before the as-of that is.
with
basis as (
    select * from reconciled.basis
),

files as (
    select * from ops.files where state = 'accepted'
),

newest as (
    select 'transactions' as source, max(created_at) as newest_at from reconciled.transaction_facts
    union all
    select 'orders', max(placed_at) from reconciled.order_facts
    union all
    select 'subscription_invoices', max(created_at) from reconciled.invoice_facts
    union all
    select 'charge_attempts', max(created_at) from reconciled.charge_facts
    union all
    select 'fee_quotes', max(quotes.quoted_at)
    from validated.fee_quotes as quotes
    inner join basis on quotes.quoted_at < basis.as_of
),

exported as (
    select 'orders' as source, max(exported_date) as last_export_date from files
)

select
    newest.source,
    instant_text(newest.newest_at) as newest_at,
    exported.last_export_date,
    basis.as_of_date - timezone(basis.timezone, newest.newest_at)::date as age_days
from newest
left join exported on newest.source = exported.source
cross join basis
where newest.newest_at is not null
order by newest.source
