-- One row for one order and one transaction: what each says, how they are joined, and the last word on them.
select
    orders.order_id,
    transactions.transaction_id,
    orders.currency,
    orders.amount,
    transactions.fiat_currency as received_currency,
    transactions.fiat_amount as received_amount,
    (
        select matches.match_rule
        from reconciled.matches as matches
        where
            matches.order_id = $order_id::varchar
            and matches.transaction_id = $transaction_id::varchar
    ) as match_rule,
    (
        select arg_max(actions.verb, actions.action_no)
        from ops.actions as actions
        where
            actions.order_id = $order_id::varchar
            and actions.transaction_id = $transaction_id::varchar
            and actions.verb in ('link', 'accept', 'unlink', 'reject')
    ) as last_word,
    (
        select any_value(matches.case_id)
        from reconciled.matches as matches
        where matches.order_id = $order_id::varchar
    ) as case_id
from (select $order_id::varchar as order_id, $transaction_id::varchar as transaction_id) as named
left join validated.orders as orders on named.order_id = orders.order_id
left join validated.transactions as transactions on named.transaction_id = transactions.transaction_id
