-- Which orders were paid in several parts that belong together?
-- Answer: one row an order with two or more COMPLETED payments or SUCCEEDED charges of which none is a duplicate; open_amount is what is still missing, negative where more came.
with
charges as (
    select
        bills.case_id,
        bills.invoice_id,
        attempts.charge_attempt_id,
        attempts.status,
        attempts.tx_hash,
        invoices.merchant_invoice_id,
        coalesce(attempts.amount, invoices.amount) as amount,
        coalesce(attempts.currency, invoices.currency) as currency
    from reconciled.subscription_matches as bills
    inner join validated.charge_attempts as attempts
        on bills.charge_attempt_id = attempts.charge_attempt_id
    left join validated.subscription_invoices as invoices on bills.invoice_id = invoices.invoice_id
),

named as (
    -- An order pays by the charges of an invoice when one of its references names that invoice or a charge of it.
    select distinct
        matches.case_id,
        orders.order_id,
        orders.amount as order_amount,
        orders.currency as order_currency,
        coalesce(charges.invoice_id, charges.charge_attempt_id) as bill_id
    from reconciled.matches as matches
    inner join validated.orders as orders on matches.order_id = orders.order_id
    inner join charges on matches.case_id = charges.case_id
    where
        list_has_any(
            list_prepend(orders.transaction_ref, orders.further_refs),
            [
                charges.invoice_id,
                charges.merchant_invoice_id,
                charges.charge_attempt_id,
                nullif(charges.tx_hash, '')
            ]
        )
),

linked as (
    select
        case_id,
        order_id,
        order_amount,
        order_currency,
        fiat_amount as amount,
        fiat_currency as currency
    from marts.linked_payments
    where transaction_status = 'COMPLETED'

    union all

    -- Money that was seen as a charge and as the transaction of the same hash is the transaction.
    select
        named.case_id,
        named.order_id,
        named.order_amount,
        named.order_currency,
        charges.amount,
        charges.currency
    from named
    inner join charges
        on
            named.case_id = charges.case_id
            and named.bill_id = coalesce(charges.invoice_id, charges.charge_attempt_id)
    anti join (
        select matches.case_id, transactions.deposit_tx_hash
        from reconciled.matches as matches
        inner join validated.transactions as transactions
            on matches.transaction_id = transactions.transaction_id
        where transactions.status = 'COMPLETED'
    ) as seen
        on charges.case_id = seen.case_id and charges.tx_hash = seen.deposit_tx_hash
    where charges.status = 'SUCCEEDED'
),

paid as (
    select
        case_id,
        order_id,
        order_amount,
        order_currency,
        count(*) as payments,
        sum(amount)::decimal(38, 18) as paid_amount
    from linked
    where order_currency = currency
    group by case_id, order_id, order_amount, order_currency
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
