-- One row per transaction dated before the as-of, with what follows from it, its session and its past.
-- A row that waits for nothing is past no limit, but that of orders, which concerns the other side: time alone changes few.
-- Short and excess are judged by multiplication: E(1 - t/100) > A is E * (100 - t) > A * 100.
with
transactions as (
    select * from validated.transactions
),

versions as (
    select * from validated.transactions_history
),

sessions as (
    select * from validated.checkout_sessions
),

charged_hashes as (
    select distinct tx_hash from reconciled.charge_facts where tx_hash is not null
),

basis as (
    select * from reconciled.basis
),

-- What was created before is past what is allowed: one instant a span, not a sum a row.
limits as (
    select
        as_of,
        payout_days,
        as_of - to_hours(gateway_hours) as gateway_limit,
        as_of - to_hours(orders_hours) as orders_limit,
        as_of - to_hours(24 * payout_days) as payout_limit
    from basis
),

payout_terms as (
    select
        terms.*,
        terms.ends_at < basis.as_of as is_past,
        basis.as_of - to_hours(24 * terms.days) as created_limit
    from reconciled.payout_terms as terms
    cross join basis
),

unpaid_after_expiry as (
    select transaction_id, min(version) as version
    from versions
    where
        crypto_received = 0
        -- When an outdated answer came says nothing of what was true then.
        and (updated_at >= expires_at or (recorded_from >= expires_at and not is_outdated))
    group by transaction_id
),

late as (
    select distinct versions.transaction_id
    from versions
    inner join unpaid_after_expiry as unpaid on versions.transaction_id = unpaid.transaction_id
    where versions.version > unpaid.version and versions.crypto_received > 0
),

measured as (
    select
        transactions.*,
        coalesce(transactions.crypto_received, 0) as received,
        transactions.crypto_expected as wanted,
        coalesce(transactions.tolerance_percent, sessions.tolerance_percent, 0)::decimal(8, 5)
            as tolerance,
        sessions.crypto_currency as named_coin,
        sessions.network as named_network,
        transactions.status in ('FAILED', 'CANCELLED', 'EXPIRED') as is_without_success,
        is_closed_status(transactions.status) as is_closed,
        transactions.status = 'COMPLETED' as is_completed,
        transactions.status = 'REFUNDED' as is_refunded,
        transactions.invoice_id is not null
        or transactions.payment_link_id is not null
        or coalesce(transactions.type, '') = 'SUBSCRIPTION' as is_behind_document,
        charged_hashes.tx_hash is not null as is_charge
    from transactions
    left join sessions on transactions.checkout_session_id = sessions.session_id
    left join charged_hashes on transactions.deposit_tx_hash = charged_hashes.tx_hash
    cross join basis
    where transactions.created_at < basis.as_of
),

weighed as (
    select
        *,
        received::decimal(30, 18) * 100::decimal(3, 0)
            < wanted::decimal(30, 18) * (100 - tolerance)::decimal(8, 5) as is_below,
        received::decimal(30, 18) * 100::decimal(3, 0)
            > wanted::decimal(30, 18) * (100 + tolerance)::decimal(8, 5) as is_above
    from measured
)

select
    weighed.transaction_id,
    weighed.reference,
    weighed.external_id,
    weighed.description,
    weighed.checkout_session_id,
    weighed.customer_email_digest,
    weighed.deposit_tx_hash,
    weighed.status,
    weighed.payout_status,
    weighed.fiat_amount,
    weighed.fiat_currency,
    weighed.fee_amount,
    coalesce(weighed.exchange_rate, 0) as exchange_rate,
    weighed.crypto_currency,
    weighed.network,
    weighed.named_coin,
    weighed.named_network,
    weighed.wanted,
    weighed.received,
    weighed.tolerance,
    weighed.refund_tx_hash,
    weighed.created_at,
    weighed.expires_at,
    weighed.business_date,
    weighed.is_closed,
    weighed.is_without_success,
    weighed.is_completed,
    weighed.is_refunded,
    weighed.is_behind_document,
    weighed.is_behind_document or weighed.is_charge as is_behind_bill,
    coalesce(weighed.is_below, false) as is_below,
    coalesce(weighed.is_above, false) as is_above,
    coalesce(weighed.received <> weighed.wanted and not weighed.is_below and not weighed.is_above, false)
        as is_inexact_but_accepted,
    late.transaction_id is not null as is_late,
    coalesce(payout_terms.days, limits.payout_days) as payout_days,
    not weighed.is_closed and weighed.created_at < limits.gateway_limit as is_past_gateway_sla,
    weighed.created_at < limits.orders_limit as is_past_orders_sla,
    awaits_payout(weighed.status, weighed.payout_status)
    and coalesce(
        payout_terms.is_past,
        weighed.created_at < coalesce(payout_terms.created_limit, limits.payout_limit)
    ) as is_past_payout_sla,
    not weighed.is_closed and coalesce(weighed.expires_at < limits.gateway_limit, false) as is_past_expiry_sla
from weighed
left join late on weighed.transaction_id = late.transaction_id
left join payout_terms on weighed.business_date = payout_terms.created_date
cross join limits
