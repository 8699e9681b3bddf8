-- What is open, code by code?
-- Answer: one row a code and currency, in the order of precedence; money_impact is signed: negative is missing, positive to explain or to return.
select
    open_breaks.code,
    codes.severity,
    open_breaks.currency,
    count(*) as breaks,
    sum(open_breaks.money_impact)::decimal(38, 18) as money_impact,
    max(open_breaks.age_days) as oldest_days,
    count(*) filter (where open_breaks.assignee is null) as without_assignee
from marts.open_breaks as open_breaks
left join reconciled.break_codes as codes on open_breaks.code = codes.code
group by open_breaks.code, codes.severity, codes.rank, open_breaks.currency
order by codes.rank, open_breaks.code, open_breaks.currency
