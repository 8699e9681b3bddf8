-- One row per order and the invoice, or the charge without one, that a reference of it names (pass 2).
with
orders as (
    select order_id, transaction_ref as reference
    from reconciled.order_facts
    where transaction_ref <> ''

    union all

    select order_id, unnest(further_refs)
    from reconciled.order_facts
),

invoices as (
    select * from reconciled.invoice_facts
),

charges as (
    select * from reconciled.charge_facts
),

named as (
    select orders.order_id, 'invoice' as kind, invoices.invoice_id as id
    from orders
    inner join invoices on orders.reference = invoices.invoice_id

    union

    select orders.order_id, 'invoice', invoices.invoice_id
    from orders
    inner join invoices on orders.reference = invoices.merchant_invoice_id

    union

    select
        orders.order_id,
        case when charges.invoice_id is null then 'attempt' else 'invoice' end,
        coalesce(charges.invoice_id, charges.charge_attempt_id)
    from orders
    inner join charges on orders.reference = charges.charge_attempt_id

    union

    select
        orders.order_id,
        case when charges.invoice_id is null then 'attempt' else 'invoice' end,
        coalesce(charges.invoice_id, charges.charge_attempt_id)
    from orders
    inner join charges on orders.reference = charges.tx_hash
)

select order_id, kind, id from named
