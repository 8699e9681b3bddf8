-- Which subscription invoices are not paid?
-- $least_days whole = 0: only those at least so many days past their due date; without a due date, past their making.
-- Answer: one row an invoice, longest overdue first; attempts counts the charges tried. Void invoices and drafts wait for nothing, as in marts.receivables_ageing.
select
    invoices.invoice_id,
    invoices.subscription_id,
    subscriptions.customer_id,
    invoices.amount,
    invoices.currency,
    invoices.status,
    coalesce(invoices.due_at, invoices.created_at) as due_at,
    date_diff(
        'day',
        timezone(basis.timezone, coalesce(invoices.due_at, invoices.created_at))::date,
        timezone(basis.timezone, basis.as_of)::date
    ) as days_overdue,
    (
        select count(*) from validated.charge_attempts as attempts
        where
            coalesce(nullif(attempts.invoice_id, ''), attempts.listed_under_invoice_id)
            = invoices.invoice_id
            and coalesce(attempts.listed_under_invoice_id, invoices.invoice_id) = invoices.invoice_id
            and attempts.created_at < basis.as_of
    ) as attempts
from validated.subscription_invoices as invoices
left join validated.subscriptions as subscriptions
    on invoices.subscription_id = subscriptions.subscription_id
cross join reconciled.basis as basis
where
    invoices.status not in ('PAID', 'VOID', 'DRAFT')
    and invoices.created_at < basis.as_of
    and days_overdue >= $least_days::bigint
order by days_overdue desc, invoices.invoice_id
