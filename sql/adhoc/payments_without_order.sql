-- Which money came that no order asked for?
-- $least_amount amount = 0: in major units of the payment's currency.
-- Answer: one row a COMPLETED payment in a case without an order; payments behind invoices and payment links, which need none, are left out.
select
    transactions.transaction_id,
    transactions.reference,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.crypto_currency as coin,
    transactions.network,
    transactions.business_date,
    matches.match_status,
    breaks.code,
    breaks.state
from reconciled.matches as matches
inner join validated.transactions as transactions
    on matches.transaction_id = transactions.transaction_id
left join reconciled.breaks as breaks on matches.case_id = breaks.case_id and breaks.holds
where
    matches.order_id is null
    and matches.match_status <> 'EXCLUDED'
    and transactions.status = 'COMPLETED'
    and transactions.fiat_amount >= $least_amount::decimal(38, 18)
    and not exists (
        select 1 from reconciled.matches as others
        where others.case_id = matches.case_id and others.order_id is not null
    )
order by transactions.fiat_currency, transactions.fiat_amount desc, transactions.transaction_id
