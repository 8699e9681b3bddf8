-- Where is the most money open?
-- $most whole = 10: how many breaks of each currency.
-- Answer: one row a break, largest first within its currency, whichever its sign; detail says what is wrong.
select
    currency,
    money_impact,
    code,
    order_id,
    transaction_id,
    invoice_id,
    age_days,
    state,
    assignee,
    break_id,
    detail
from marts.open_breaks
where currency <> ''
qualify row_number() over (partition by currency order by abs(money_impact) desc, break_id) <= $most::bigint
order by currency, abs(money_impact) desc, break_id
