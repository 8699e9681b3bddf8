-- One row per thing that an id names and case it stands in; the case is null for a row not judged yet.
with
matches as (
    select case_id, order_id, transaction_id from reconciled.matches
),

breaks as (
    select break_id, case_id from reconciled.breaks
),

orders as (
    select order_id, session_ids from validated.orders
),

transactions as (
    select transaction_id, checkout_session_id from validated.transactions
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

refused_rows as (
    select
        row_case(stream, source_digest, source_row, key) as case_id
    from validated.quarantine
    where key = $id
)

select kind, case_id from named_orders
union
select kind, case_id from named_transactions
union
select 'session' as kind, case_id from users_of_session
union
select 'session' as kind, null as case_id from unused_sessions
union
select 'refused row' as kind, case_id from refused_rows
union
select 'case' as kind, case_id from matches where case_id = $id
union
select 'case' as kind, case_id from breaks where case_id = $id
union
select 'break' as kind, case_id from breaks where break_id = $id
order by all
