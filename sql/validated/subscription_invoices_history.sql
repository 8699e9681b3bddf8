-- One row per version of a subscription invoice, as accepted; the newest has no recorded_to.
with
received as (
    select * from raw.subscription_invoices
),

basis as (
    select * from reconciled.basis
),

refused as (
    select source_row from validated.quarantine where stream = 'subscription_invoices'
),

accepted as (
    select
        received.*,
        row_number() over versions as version,
        min(recorded_from) over newer as superseded_at,
        coalesce(arrival > min(arrival) over newer, false) as is_outdated,
        min(recorded_from) over (partition by invoice_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
    window
        versions as (partition by invoice_id order by ranked_at nulls first, arrival),
        newer as (
            partition by invoice_id order by ranked_at nulls first, arrival
            rows between 1 following and unbounded following
        )
)

select
    invoice_id,
    merchant_invoice_id,
    subscription_id,
    listed_under_subscription_id,
    amount::decimal(38, 18) as amount,
    currency,
    token_address,
    billing_mode,
    usage_quantity::decimal(38, 18) as usage_quantity,
    status,
    without_addresses(description) as description,
    moment_of(due_at, basis.timezone) as due_at,
    paid_at::timestamptz as paid_at,
    voided_at::timestamptz as voided_at,
    attempt_count::bigint as attempt_count,
    moment_of(next_attempt_at, basis.timezone) as next_attempt_at,
    is_processing::boolean as is_processing,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    timezone(
        basis.timezone,
        coalesce(moment_of(due_at, basis.timezone), created_at::timestamptz)
    )::date as business_date,
    first_seen_at,
    version,
    recorded_from,
    -- A version that came when a newer one was held was never the one known.
    case when superseded_at is not null then greatest(superseded_at, recorded_from) end as recorded_to,
    is_outdated,
    source
from accepted
cross join basis
