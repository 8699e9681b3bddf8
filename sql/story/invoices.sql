-- One row per version of a subscription invoice, oldest first; the newest has no recorded_to.
select
    invoice_id,
    version,
    merchant_invoice_id,
    subscription_id,
    listed_under_subscription_id,
    amount,
    currency,
    billing_mode,
    usage_quantity,
    status,
    due_at,
    paid_at,
    voided_at,
    attempt_count,
    next_attempt_at,
    created_at,
    updated_at,
    business_date,
    recorded_from,
    recorded_to,
    is_outdated,
    source
from validated.subscription_invoices_history
where
    list_contains($invoice_ids::varchar[], invoice_id)
    or list_contains($invoice_ids::varchar[], merchant_invoice_id)
order by created_at, invoice_id, version
