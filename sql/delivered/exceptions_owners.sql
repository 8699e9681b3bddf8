-- One row per owner, state and currency of the open breaks: how many there are, and what is short or over.
with
breaks as (
    select * from reconciled.breaks where state in ('open', 'assigned', 'waiting', 'reopened')
),

sums as (
    select
        assignee,
        state,
        currency,
        count(*) as breaks,
        sum(least(money_impact, 0)) as short_amount,
        sum(greatest(money_impact, 0)) as over_amount,
        max(age_days) as oldest_days
    from breaks
    group by assignee, state, currency
)

select
    sums.assignee,
    sums.state,
    sums.currency,
    sums.breaks,
    sums.short_amount,
    sums.over_amount,
    sums.oldest_days
from sums
order by sums.assignee nulls first, sums.state, sums.currency
