-- One row per business date, currency and figure as it stands: what a closing keeps, so that a later change can be named.
with
proof as (
    select * from reconciled.proof
),

breaks as (
    select * from reconciled.breaks where state in ('open', 'assigned', 'waiting', 'reopened')
)

select
    business_date,
    currency,
    case line when 'expected_by_cases' then 'expected' else 'received' end as figure,
    sum(amount)::decimal(38, 18) as amount
from proof
where line in ('expected_by_cases', 'received_by_cases') and currency <> ''
group by business_date, currency, line

union all

select
    business_date,
    currency,
    'open breaks' as figure,
    sum(money_impact)::decimal(38, 18) as amount
from breaks
where currency <> ''
group by business_date, currency
