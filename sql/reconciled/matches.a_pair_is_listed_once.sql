-- A pair is listed once, an unlinked side once and only if it has no pair, and no row is without a side.
with
matches as (
    select * from reconciled.matches
),

repeated as (
    select order_id, transaction_id, count(*) as rows
    from matches
    group by order_id, transaction_id
    having count(*) > 1 or (order_id is null and transaction_id is null)
),

paired as (
    select * from matches where order_id is not null and transaction_id is not null
),

contradicted as (
    select order_id, transaction_id, 1 as rows
    from matches
    where
        (transaction_id is null and order_id in (select order_id from paired))
        or (order_id is null and transaction_id in (select transaction_id from paired))
        or (match_rule is null) <> (order_id is null or transaction_id is null)
)

select order_id, transaction_id, rows from repeated
union all
select order_id, transaction_id, rows from contradicted
