-- Which payments came in another coin or on another network than the session asked for?
-- Answer: one row a payment that brought coins; expected_coin and expected_network are the session's.
select
    transactions.transaction_id,
    transactions.checkout_session_id,
    sessions.crypto_currency as expected_coin,
    transactions.crypto_currency as coin,
    sessions.network as expected_network,
    transactions.network,
    transactions.crypto_received,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.status
from validated.transactions as transactions
inner join validated.checkout_sessions as sessions
    on transactions.checkout_session_id = sessions.session_id
cross join reconciled.basis as basis
where
    transactions.created_at < basis.as_of
    and transactions.crypto_received > 0
    and (
        sessions.crypto_currency <> transactions.crypto_currency
        or sessions.network <> transactions.network
    )
order by transactions.created_at, transactions.transaction_id
