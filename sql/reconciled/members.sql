-- One row per order and per transaction: the case it belongs to, named after the case's anchor.
-- The anchor is the oldest order, else the oldest transaction; ties go to the smallest id.
with
orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

groups as (
    select * from reconciled.groups
),

parties as (
    select
        'order' as kind,
        order_id as id,
        'order:' || order_id as member,
        placed_at as dated_at,
        business_date
    from orders

    union all

    select
        'transaction',
        transaction_id,
        'transaction:' || transaction_id,
        created_at,
        business_date
    from transactions
),

labelled as (
    select
        parties.*,
        coalesce(groups.label, parties.member) as label
    from parties
    left join groups on parties.member = groups.member
)

select
    kind,
    id,
    first_value(member) over anchored as case_id,
    first_value(business_date) over anchored as case_date,
    business_date as own_date
from labelled
window anchored as (
    partition by label order by kind, dated_at, id
    rows between unbounded preceding and unbounded following
)
