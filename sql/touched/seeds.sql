-- One row per order and payment whose facts may read otherwise than at the last judgement: new rows, an
-- instant passed since, and what a session or a charge lends to a payment.
with
judged as (
    select * from reconciled.judged
),

basis as (
    select * from reconciled.basis
),

payout_terms as (
    select * from reconciled.payout_terms
),

fresh_files as (
    select file_digest, arrival, exported_date from ops.files where state = 'accepted'
    except
    select file_digest, arrival, exported_date from reconciled.judged_files
),

fresh_sessions as (
    select sessions.session_id
    from raw.checkout_sessions as sessions
    cross join judged
    where sessions.arrival > judged.sessions_arrival
),

former_hashes as (
    select tx_hash from former_charge_facts where tx_hash is not null
),

charged_hashes as (
    select tx_hash from reconciled.charge_facts where tx_hash is not null
),

turned_hashes as (
    (select tx_hash from former_hashes except select tx_hash from charged_hashes)
    union
    (select tx_hash from charged_hashes except select tx_hash from former_hashes)
),

-- What lies between the former and the present as-of, less what is allowed before a row is judged
-- otherwise: the spans in which such a row was created. Each span ends before its `until`.
spans as (
    select
        judged.as_of as now_from,
        basis.as_of as now_until,
        judged.as_of - to_hours(basis.gateway_hours) as gateway_from,
        basis.as_of - to_hours(basis.gateway_hours) as gateway_until,
        judged.as_of - to_hours(basis.orders_hours) as orders_from,
        basis.as_of - to_hours(basis.orders_hours) as orders_until,
        judged.as_of - to_hours(24 * basis.refund_days) as refund_from,
        basis.as_of - to_hours(24 * basis.refund_days) as refund_until,
        judged.as_of - to_hours(24 * basis.payout_days) as payout_from,
        basis.as_of - to_hours(24 * basis.payout_days) as payout_until
    from judged
    cross join basis
),

payout_spans as (
    select
        payout_terms.created_date,
        payout_terms.ends_at,
        spans.now_from - to_hours(24 * payout_terms.days) as span_from,
        spans.now_until - to_hours(24 * payout_terms.days) as span_until
    from payout_terms
    cross join spans
),

turned as (
    select 'order' as kind, orders.order_id as id
    from validated.orders as orders
    cross join spans
    where
        lies_in(orders.placed_at, spans.now_from, spans.now_until)
        or lies_in(coalesce(orders.paid_at, orders.placed_at), spans.gateway_from, spans.gateway_until)

    union all

    select 'transaction', transactions.transaction_id
    from validated.transactions as transactions
    left join payout_spans on transactions.business_date = payout_spans.created_date
    cross join spans
    where
        lies_in(transactions.created_at, spans.now_from, spans.now_until)
        or lies_in(transactions.created_at, spans.orders_from, spans.orders_until)
        or (
            not is_closed_status(transactions.status)
            and (
                lies_in(transactions.created_at, spans.gateway_from, spans.gateway_until)
                or lies_in(transactions.expires_at, spans.gateway_from, spans.gateway_until)
            )
        )
        or (
            awaits_payout(transactions.status, transactions.payout_status)
            and case
                when payout_spans.ends_at is null then
                    lies_in(
                        transactions.created_at,
                        coalesce(payout_spans.span_from, spans.payout_from),
                        coalesce(payout_spans.span_until, spans.payout_until)
                    )
                else lies_in(payout_spans.ends_at, spans.now_from, spans.now_until)
            end
        )

    union all

    select 'transaction', transactions.transaction_id
    from validated.transactions as transactions
    semi join reconciled.refunds_due as refunds
        on transactions.transaction_id = refunds.transaction_id
    cross join spans
    where lies_in(transactions.created_at, spans.refund_from, spans.refund_until)
)

select 'order' as kind, received.order_id as id
from raw.orders as received
semi join fresh_files on received.file_digest = fresh_files.file_digest
where received.order_id is not null

union

select 'transaction', received.transaction_id
from raw.transactions as received
cross join judged
where received.arrival > judged.transactions_arrival and received.transaction_id is not null

union

select 'transaction', transactions.transaction_id
from validated.transactions as transactions
semi join fresh_sessions on transactions.checkout_session_id = fresh_sessions.session_id

union

select 'transaction', transactions.transaction_id
from validated.transactions as transactions
semi join turned_hashes on transactions.deposit_tx_hash = turned_hashes.tx_hash

union

select kind, id from turned
