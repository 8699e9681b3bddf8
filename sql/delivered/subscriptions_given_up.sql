-- One row per currency of the invoices that were given up as uncollectible: they wait for nothing.
with
given_up as (
    select * from marts.receivables_ageing where status = 'UNCOLLECTIBLE'
),

sums as (
    select
        currency,
        sum(invoices)::bigint as invoices,
        sum(amount) as amount
    from given_up
    group by currency
)

select
    sums.currency,
    sums.invoices,
    sums.amount
from sums
order by sums.currency
