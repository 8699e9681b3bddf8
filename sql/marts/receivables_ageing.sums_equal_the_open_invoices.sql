-- Currencies of which the receivables are not the invoices that are neither paid, void nor drafts.
with
invoices as (
    select
        coalesce(invoices.currency, '') as currency,
        count(*) as invoices,
        sum(coalesce(invoices.amount, 0)) as amount
    from validated.subscription_invoices as invoices
    cross join reconciled.basis as basis
    where
        invoices.status not in ('PAID', 'VOID', 'DRAFT') and invoices.created_at < basis.as_of
    group by coalesce(invoices.currency, '')
),

told as (
    select currency, sum(invoices) as invoices, sum(amount) as amount
    from marts.receivables_ageing
    group by currency
)

select
    coalesce(invoices.currency, told.currency) as currency,
    invoices.amount as open_amount,
    told.amount as told
from invoices
full outer join told on invoices.currency = told.currency
where
    invoices.invoices is distinct from told.invoices or invoices.amount is distinct from told.amount
