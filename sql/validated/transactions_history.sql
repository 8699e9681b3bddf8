-- One row per version of a transaction, as accepted; the newest has no recorded_to.
with
received as (
    select * from raw.transactions
),

basis as (
    select * from reconciled.basis
),

refused as (
    select source_row from validated.quarantine where stream = 'transactions'
),

accepted as (
    select
        received.*,
        row_number() over versions as version,
        min(recorded_from) over newer as superseded_at,
        coalesce(arrival > min(arrival) over newer, false) as is_outdated,
        min(recorded_from) over (partition by transaction_id) as first_seen_at
    from received
    where arrival not in (select source_row from refused)
    window
        versions as (partition by transaction_id order by ranked_at nulls first, arrival),
        newer as (
            partition by transaction_id order by ranked_at nulls first, arrival
            rows between 1 following and unbounded following
        )
)

select
    transaction_id,
    type,
    reference,
    external_id,
    without_addresses(description) as description,
    exchange_rate::decimal(38, 18) as exchange_rate,
    deposit_tx_hash,
    checkout_session_id,
    invoice_id,
    payment_link_id,
    settlement_id,
    status,
    payout_status,
    fiat_amount::decimal(38, 18) as fiat_amount,
    fiat_currency,
    crypto_expected::decimal(38, 18) as crypto_expected,
    crypto_received::decimal(38, 18) as crypto_received,
    crypto_currency,
    network,
    fee_amount::decimal(38, 18) as fee_amount,
    tolerance_percent::decimal(38, 18) as tolerance_percent,
    refund_amount::decimal(38, 18) as refund_amount,
    refund_tx_hash,
    customer_email_digest,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    expires_at::timestamptz as expires_at,
    timezone(basis.timezone, created_at::timestamptz)::date as business_date,
    first_seen_at,
    version,
    recorded_from,
    -- A version that came when a newer one was held was never the one known.
    case when superseded_at is not null then greatest(superseded_at, recorded_from) end as recorded_to,
    is_outdated,
    source
from accepted
cross join basis
