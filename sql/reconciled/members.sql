-- One row per order, transaction, invoice and charge attempt: the case it belongs to, named after its anchor.
-- The anchor is the oldest order, else the oldest transaction, invoice, attempt; ties go to the smallest id.
with
orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

invoices as (
    select * from reconciled.invoice_facts
),

charges as (
    select * from reconciled.charge_facts
),

groups as (
    select * from reconciled.groups
),

parties as (
    select
        'order' as kind,
        1 as place,
        order_id as id,
        'order:' || order_id as member,
        'order:' || order_id as held_by,
        placed_at as dated_at,
        business_date
    from orders

    union all

    select
        'transaction',
        2,
        transaction_id,
        'transaction:' || transaction_id,
        'transaction:' || transaction_id,
        created_at,
        business_date
    from transactions

    union all

    select
        'invoice',
        3,
        invoice_id,
        'invoice:' || invoice_id,
        'invoice:' || invoice_id,
        created_at,
        business_date
    from invoices

    union all

    -- A charge goes where its invoice goes.
    select
        'attempt',
        4,
        charge_attempt_id,
        'attempt:' || charge_attempt_id,
        coalesce('invoice:' || invoice_id, 'attempt:' || charge_attempt_id),
        created_at,
        business_date
    from charges
),

labelled as (
    select
        parties.*,
        coalesce(groups.label, parties.held_by) as label
    from parties
    left join groups on parties.held_by = groups.member
)

select
    kind,
    id,
    first_value(member) over anchored as case_id,
    first_value(business_date) over anchored as case_date,
    business_date as own_date
from labelled
window anchored as (
    partition by label order by place, dated_at, id
    rows between unbounded preceding and unbounded following
)
