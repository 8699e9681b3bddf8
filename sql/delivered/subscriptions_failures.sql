-- One row per class of failure and currency: bills whose charge failed first in the last 30 days, and what became of them.
with
dunning as (
    select * from marts.dunning
),

basis as (
    select * from reconciled.basis
),

sums as (
    select
        dunning.failure_class,
        dunning.currency,
        sum(dunning.bills)::bigint as bills,
        sum(dunning.failed_attempts)::bigint as failed_attempts,
        sum(dunning.amount) as amount,
        sum(dunning.recovered_bills)::bigint as recovered_bills,
        sum(dunning.recovered_amount) as recovered_amount,
        sum(dunning.given_up_bills)::bigint as given_up_bills,
        sum(dunning.given_up_amount) as given_up_amount
    from dunning
    cross join basis
    where dunning.business_date > basis.as_of_date - 30
    group by dunning.failure_class, dunning.currency
)

select
    sums.failure_class,
    sums.currency,
    sums.bills,
    sums.failed_attempts,
    sums.amount,
    sums.recovered_bills,
    sums.recovered_amount,
    sums.given_up_bills,
    sums.given_up_amount,
    sums.amount - sums.recovered_amount - sums.given_up_amount as waiting_amount
from sums
order by sums.currency, sums.failure_class
