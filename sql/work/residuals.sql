-- One row per currency: the residual of all dates, as an amount and as a number of rows; both must be 0.
select
    currency,
    count(distinct business_date) as dates,
    coins_text(sum(abs(amount))) as residual,
    sum(abs(rows))::bigint as rows,
    bool_and(amount = 0 and rows = 0) as holds
from reconciled.proof
where line = 'unexplained_residual'
group by currency
order by currency
