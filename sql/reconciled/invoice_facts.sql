-- One row per subscription invoice dated before the as-of, with what follows from it alone.
with
invoices as (
    select * from validated.subscription_invoices
),

basis as (
    select * from reconciled.basis
)

select
    invoices.invoice_id,
    invoices.merchant_invoice_id,
    coalesce(nullif(invoices.subscription_id, ''), invoices.listed_under_subscription_id)
        as subscription_id,
    coalesce(invoices.amount, 0) as amount,
    coalesce(invoices.currency, '') as currency,
    invoices.status,
    invoices.status = 'PAID' as is_paid,
    invoices.created_at,
    invoices.business_date
from invoices
cross join basis
where invoices.created_at < basis.as_of
