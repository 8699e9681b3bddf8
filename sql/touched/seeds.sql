-- One row per order and payment whose facts may read otherwise than at the last judgement: new rows, an
-- instant passed since, and what a session or a charge lends to a payment.
with
judged as (
    select * from reconciled.judged
),

basis as (
    select * from reconciled.basis
),

orders as (
    select * from validated.orders
),

transactions as (
    select * from validated.transactions
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

-- Every instant from which on a row is judged otherwise.
turning_points as (
    select 'order' as kind, orders.order_id as id, orders.placed_at as turns_at
    from orders

    union all

    select 'order', orders.order_id, coalesce(orders.paid_at, orders.placed_at) + to_hours(basis.gateway_hours)
    from orders
    cross join basis

    union all

    select
        'transaction',
        transactions.transaction_id,
        unnest([
            transactions.created_at,
            transactions.created_at + to_hours(basis.gateway_hours),
            transactions.created_at + to_hours(basis.orders_hours),
            transactions.created_at + to_hours(24 * basis.refund_days),
            transactions.expires_at + to_hours(basis.gateway_hours),
            coalesce(
                payout_terms.ends_at,
                transactions.created_at
                + to_hours(24 * coalesce(payout_terms.days, basis.payout_days))
            )
        ])
    from transactions
    left join payout_terms on transactions.business_date = payout_terms.created_date
    cross join basis
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
from transactions
semi join fresh_sessions on transactions.checkout_session_id = fresh_sessions.session_id

union

select 'transaction', transactions.transaction_id
from transactions
semi join turned_hashes on transactions.deposit_tx_hash = turned_hashes.tx_hash

union

select turning_points.kind, turning_points.id
from turning_points
cross join judged
cross join basis
where turning_points.turns_at >= judged.as_of and turning_points.turns_at < basis.as_of
