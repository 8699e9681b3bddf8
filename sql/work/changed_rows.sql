-- One row per kind of row: how many appeared, are gone, and changed against the published database.
with
orders as (
    select
        'orders' as what,
        count(*) filter (where former.order_id is null) as appeared,
        count(*) filter (where fresh.order_id is null) as gone,
        count(*) filter (
            where
                fresh.source_file_digest <> former.source_file_digest
                or fresh.status <> former.status
                or fresh.amount <> former.amount
        ) as changed
    from validated.orders as fresh
    full outer join before.validated.orders as former on fresh.order_id = former.order_id
),

transactions as (
    select
        'transactions' as what,
        count(*) filter (where former.transaction_id is null) as appeared,
        count(*) filter (where fresh.transaction_id is null) as gone,
        count(*) filter (where fresh.version <> former.version) as changed
    from validated.transactions as fresh
    full outer join before.validated.transactions as former
        on fresh.transaction_id = former.transaction_id
),

breaks as (
    select
        'breaks' as what,
        count(*) filter (where former.break_id is null) as appeared,
        count(*) filter (where fresh.break_id is null) as gone,
        count(*) filter (
            where
                fresh.code <> former.code
                or fresh.state <> former.state
                or fresh.money_impact <> former.money_impact
        ) as changed
    from reconciled.breaks as fresh
    full outer join before.reconciled.breaks as former on fresh.break_id = former.break_id
)

select what, appeared, gone, changed
from (
    select * from orders
    union all
    select * from transactions
    union all
    select * from breaks
) as together
order by what desc
