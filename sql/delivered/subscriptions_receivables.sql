-- One row per currency, status and age band of the invoices that wait for their money, those not due first.
with
receivables as (
    select * from marts.receivables_ageing where status <> 'UNCOLLECTIBLE'
)

select
    receivables.currency,
    receivables.status,
    receivables.age_band,
    receivables.invoices,
    receivables.oldest_days,
    receivables.amount
from receivables
order by receivables.currency, receivables.oldest_days nulls first, receivables.status
