-- Which orders were paid in several parts that belong together?
-- Answer: one row an order with two or more COMPLETED payments that is no double payment; open_amount is what is still missing, negative where more came.
with
paid as (
    select
        linked.case_id,
        linked.order_id,
        linked.order_amount,
        linked.order_currency,
        count(*) as payments,
        sum(linked.fiat_amount)::decimal(38, 18) as paid_amount
    from marts.linked_payments as linked
    where linked.transaction_status = 'COMPLETED' and linked.order_currency = linked.fiat_currency
    group by linked.case_id, linked.order_id, linked.order_amount, linked.order_currency
    having count(*) > 1
)

select
    paid.order_id,
    paid.order_currency as currency,
    paid.payments,
    paid.order_amount,
    paid.paid_amount,
    (paid.order_amount - paid.paid_amount)::decimal(38, 18) as open_amount
from paid
anti join (
    select case_id from reconciled.breaks
    where holds and (code = 'DUPLICATE_PAYMENT' or list_contains(secondary_codes, 'DUPLICATE_PAYMENT'))
) as doubled
    on paid.case_id = doubled.case_id
order by currency, paid.order_id
