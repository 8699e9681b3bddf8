-- One row per thing that an id names and case it stands in; the case is null for a row not judged yet.
-- A subscription, and what authorizes its charges, names all of its cases at once: it is told by itself.
with
matches as (
    select case_id, order_id, transaction_id from reconciled.matches
),

bills as (
    select case_id, invoice_id, charge_attempt_id from reconciled.subscription_matches
),

breaks as (
    select break_id, case_id from reconciled.breaks
),

orders as (
    select order_id, session_ids, transaction_ref, further_refs from validated.orders
),

transactions as (
    select transaction_id, checkout_session_id, reference, deposit_tx_hash, refund_tx_hash
    from validated.transactions
),

invoices as (
    select invoice_id, merchant_invoice_id from validated.subscription_invoices
),

attempts as (
    select charge_attempt_id, tx_hash from validated.charge_attempts
),

named_orders as (
    select 'order' as kind, matches.case_id
    from orders
    left join matches on orders.order_id = matches.order_id
    where orders.order_id = $id
),

named_transactions as (
    select 'transaction' as kind, matches.case_id
    from transactions
    left join matches on transactions.transaction_id = matches.transaction_id
    where transactions.transaction_id = $id
),

users_of_session as (
    select matches.case_id
    from orders
    inner join matches on orders.order_id = matches.order_id
    where list_contains(orders.session_ids, $id)

    union all

    select matches.case_id
    from transactions
    inner join matches on transactions.transaction_id = matches.transaction_id
    where transactions.checkout_session_id = $id
),

unused_sessions as (
    select session_id from validated.checkout_sessions
    where session_id = $id and not exists (select 1 from users_of_session)
),

named_invoices as (
    select bills.case_id
    from invoices
    left join bills on invoices.invoice_id = bills.invoice_id and bills.charge_attempt_id is null
    where invoices.invoice_id = $id or invoices.merchant_invoice_id = $id
),

named_attempts as (
    select bills.case_id
    from attempts
    left join bills on attempts.charge_attempt_id = bills.charge_attempt_id
    where attempts.charge_attempt_id = $id or attempts.tx_hash = $id
),

users_of_reference as (
    select matches.case_id
    from transactions
    left join matches on transactions.transaction_id = matches.transaction_id
    where transactions.reference = $id

    union all

    select matches.case_id
    from orders
    left join matches on orders.order_id = matches.order_id
    where orders.transaction_ref = $id or list_contains(orders.further_refs, $id)
),

users_of_hash as (
    select matches.case_id
    from transactions
    left join matches on transactions.transaction_id = matches.transaction_id
    where transactions.deposit_tx_hash = $id or transactions.refund_tx_hash = $id
),

refused_rows as (
    select
        row_case(stream, source_digest, source_row, key) as case_id
    from validated.quarantine
    where key = $id
),

found as (
    select kind, case_id, null as subscription_id from named_orders
    union
    select kind, case_id, null from named_transactions
    union
    select 'session', case_id, null from users_of_session
    union
    select 'session', null, null from unused_sessions
    union
    select 'invoice', case_id, null from named_invoices
    union
    select 'charge attempt', case_id, null from named_attempts
    union
    select 'subscription', null, subscription_id
    from validated.subscriptions
    where subscription_id = $id
    union
    select 'authorization', null, subscription_id
    from validated.authorizations
    where authorization_id = $id or tx_hash = $id
    union
    select 'refused row', case_id, null from refused_rows
    union
    select 'case', case_id, null from matches where case_id = $id
    union
    select 'case', case_id, null from bills where case_id = $id
    union
    select 'case', case_id, null from breaks where case_id = $id
    union
    select 'break', case_id, null from breaks where break_id = $id
    union
    select 'reference', case_id, null from users_of_reference
    union
    select 'transaction hash', case_id, null from users_of_hash
)

-- What is called so itself comes before what only refers to it.
select
    kind,
    case_id,
    subscription_id
from found
where
    kind not in ('reference', 'transaction hash')
    or not exists (
        select 1 from found as named
        where
            named.kind not in ('reference', 'transaction hash')
            and named.case_id is not distinct from found.case_id
    )
order by all
