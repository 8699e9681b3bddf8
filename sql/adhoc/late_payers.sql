-- Which subscribers pay late again and again?
-- $least_times whole = 2: how often at least.
-- Answer: one row a customer and currency, most often first; late is an invoice paid after its due date or unpaid past it at the as-of, days_late the sum over them. A PAID invoice without an instant of payment counts at its first charge that succeeded, and not at all without one. Orders carry no customer here: what could identify a payer is not published.
with
charged as (
    select
        coalesce(nullif(invoice_id, ''), listed_under_invoice_id) as invoice_id,
        min(coalesce(attempted_at, created_at)) as charged_at
    from validated.charge_attempts
    where status = 'SUCCEEDED'
    group by all
),

ended as (
    select
        subscriptions.customer_id,
        invoices.currency,
        invoices.amount,
        invoices.status <> 'PAID' as is_unpaid,
        invoices.due_at,
        case
            when invoices.status = 'PAID' then coalesce(invoices.paid_at, charged.charged_at)
            else basis.as_of
        end as ended_at,
        basis.timezone
    from validated.subscription_invoices as invoices
    inner join validated.subscriptions as subscriptions
        on invoices.subscription_id = subscriptions.subscription_id
    left join charged on invoices.invoice_id = charged.invoice_id
    cross join reconciled.basis as basis
    where invoices.status not in ('VOID', 'DRAFT')
),

late as (
    select
        *,
        date_diff('day', timezone(timezone, due_at)::date, timezone(timezone, ended_at)::date)
            as days_late
    from ended
    where due_at < ended_at
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
