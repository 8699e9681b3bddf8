-- One row per charge attempt dated before the as-of: the invoice it belongs to, and what it charged.
-- An orphan names another invoice or subscription than it was listed under, and belongs to no invoice.
with
attempts as (
    select
        *,
        nullif(invoice_id, '') as own_invoice_id,
        nullif(subscription_id, '') as own_subscription_id
    from validated.charge_attempts
),

invoices as (
    select * from reconciled.invoice_facts
),

basis as (
    select * from reconciled.basis
),

judged as (
    select
        attempts.*,
        coalesce(
            attempts.own_invoice_id <> attempts.listed_under_invoice_id
            or attempts.own_subscription_id <> attempts.listed_under_subscription_id,
            false
        ) as is_orphan,
        coalesce(attempts.own_invoice_id, attempts.listed_under_invoice_id) as told_invoice_id,
        coalesce(attempts.own_subscription_id, attempts.listed_under_subscription_id)
            as told_subscription_id
    from attempts
    cross join basis
    where attempts.created_at < basis.as_of
)

select
    judged.charge_attempt_id,
    case when not judged.is_orphan then invoices.invoice_id end as invoice_id,
    judged.told_invoice_id,
    judged.told_subscription_id as subscription_id,
    judged.listed_under_invoice_id,
    judged.listed_under_subscription_id,
    judged.is_orphan,
    coalesce(judged.amount, case when not judged.is_orphan then invoices.amount end, 0)
        as amount,
    coalesce(judged.currency, case when not judged.is_orphan then invoices.currency end, '')
        as currency,
    judged.status,
    coalesce(judged.status = 'SUCCEEDED', false) as is_succeeded,
    nullif(judged.tx_hash, '') as tx_hash,
    judged.error_code,
    judged.attempted_at,
    judged.created_at,
    judged.created_at + to_hours(basis.orders_hours) < basis.as_of as is_past_orders_sla,
    case
        when not judged.is_orphan and invoices.invoice_id is not null then invoices.business_date
        else timezone(basis.timezone, judged.created_at)::date
    end as business_date
from judged
left join invoices on judged.told_invoice_id = invoices.invoice_id
cross join basis
