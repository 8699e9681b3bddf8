-- One row per order and payment that are linked with each other, not only through the rest of the case.
with
payments as (
    select * from reconciled.payments
),

links as (
    select * from reconciled.links
),

bill_links as (
    select * from reconciled.bill_links
),

charges as (
    select * from reconciled.charge_facts
)

select links.order_id, payments.kind, payments.id
from links
inner join payments on payments.kind = 'transaction' and links.transaction_id = payments.id

union

select bill_links.order_id, payments.kind, payments.id
from bill_links
inner join charges
    on
        (bill_links.kind = 'invoice' and bill_links.id = charges.invoice_id)
        or (bill_links.kind = 'attempt' and bill_links.id = charges.charge_attempt_id)
inner join payments on payments.kind = 'attempt' and charges.charge_attempt_id = payments.id
