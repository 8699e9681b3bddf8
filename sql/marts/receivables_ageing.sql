-- One row per currency, status and age band of the invoices that brought no money: how many, and how much.
-- Invoices that are paid, void or drafts are none of these; UNCOLLECTIBLE ones were given up, the others wait.
-- Age is counted from the due date, else from when it was made; what is not due has none.
with
invoices as (
    select * from reconciled.invoice_facts where not is_paid and status not in ('VOID', 'DRAFT')
),

basis as (
    select * from reconciled.basis
),

aged as (
    select
        invoices.currency,
        invoices.status,
        case
            when invoices.business_date > basis.as_of_date then 'not due'
            else age_band(basis.as_of_date - invoices.business_date + 1)
        end as age_band,
        case
            when invoices.business_date <= basis.as_of_date
                then basis.as_of_date - invoices.business_date + 1
        end as age_days,
        invoices.amount
    from invoices
    cross join basis
)

select
    currency,
    status,
    age_band,
    count(*) as invoices,
    max(age_days)::bigint as oldest_days,
    sum(amount)::decimal(38, 18) as amount
from aged
group by currency, status, age_band
