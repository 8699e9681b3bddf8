-- Which subscribers pay late again and again?
-- $least_times whole = 2: how often at least.
-- Answer: one row a customer and currency, most often first; late is an invoice paid after its due date or past it at the as-of, days_late the sum over them. Orders carry no customer here: what could identify a payer is not published.
with
late as (
    select
        subscriptions.customer_id,
        invoices.currency,
        invoices.invoice_id,
        invoices.amount,
        invoices.paid_at is null as is_unpaid,
        date_diff(
            'day',
            timezone(basis.timezone, invoices.due_at)::date,
            timezone(basis.timezone, coalesce(invoices.paid_at, basis.as_of))::date
        ) as days_late
    from validated.subscription_invoices as invoices
    inner join validated.subscriptions as subscriptions
        on invoices.subscription_id = subscriptions.subscription_id
    cross join reconciled.basis as basis
    where
        invoices.due_at < coalesce(invoices.paid_at, basis.as_of)
        and invoices.status not in ('VOID', 'DRAFT')
)

select
    customer_id,
    currency,
    count(*) as times_late,
    count(*) filter (where is_unpaid) as still_unpaid,
    sum(amount)::decimal(38, 18) as amount,
    sum(days_late)::bigint as days_late
from late
group by customer_id, currency
having count(*) >= $least_times::bigint
order by times_late desc, days_late desc, customer_id, currency
