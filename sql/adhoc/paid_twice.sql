-- Which orders were paid more than once?
-- Answer: one row an order case with every payment that completed; surplus_amount is what came above what was expected.
select
    breaks.order_id,
    breaks.currency,
    breaks.expected_amount,
    breaks.actual_amount,
    (breaks.actual_amount - breaks.expected_amount)::decimal(38, 18) as surplus_amount,
    count(distinct payments.transaction_id) as payments,
    list_sort(list(distinct payments.transaction_id)) as transaction_ids,
    breaks.state,
    breaks.assignee
from reconciled.breaks as breaks
inner join reconciled.matches as matches on breaks.case_id = matches.case_id
inner join validated.transactions as payments
    on matches.transaction_id = payments.transaction_id and payments.status = 'COMPLETED'
where
    breaks.holds
    and (breaks.code = 'DUPLICATE_PAYMENT' or list_contains(breaks.secondary_codes, 'DUPLICATE_PAYMENT'))
group by all
order by breaks.currency, surplus_amount desc, breaks.order_id
