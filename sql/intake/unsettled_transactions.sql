-- One row per transaction to read again by id: not settled, or with a refund still awaited.
with
facts as (
    select
        *,
        coalesce(crypto_received, 0) as received,
        coalesce(tolerance_percent, 0)::decimal(8, 5) as tolerance
    from validated.transactions
    where created_at < $as_of::timestamptz and created_at >= $as_of::timestamptz - to_days(90)
),

unsettled as (
    select transaction_id
    from facts
    where
        not coalesce(
            status = 'REFUNDED'
            or (
                status in ('FAILED', 'CANCELLED', 'EXPIRED')
                and (received = 0 or refund_tx_hash is not null)
            )
            or (
                status = 'COMPLETED'
                and payout_status = 'COMPLETED'
                and (
                    refund_tx_hash is not null
                    or crypto_expected is null
                    or received::decimal(30, 18) * 100::decimal(3, 0)
                    <= crypto_expected::decimal(30, 18) * (100 + tolerance)::decimal(8, 5)
                )
            ),
            false
        )
),

refund_awaited as (
    select facts.transaction_id
    from facts
    semi join reconciled.refunds_due as refunds on facts.transaction_id = refunds.transaction_id
)

select transaction_id from unsettled
union
select transaction_id from refund_awaited
order by transaction_id
