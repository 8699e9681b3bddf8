-- One row per business date and currency: what was expected, what came, and where the difference lies.
with
proof as (
    select * from reconciled.proof
),

breaks as (
    select * from reconciled.breaks where state in ('open', 'assigned', 'waiting', 'reopened')
),

cases as (
    select
        cases.case_date as business_date,
        cases.currency,
        sum(cases.order_count) as orders,
        sum(cases.transaction_count) as transactions,
        sum(case when starts_with(statuses.match_status, 'MATCHED') then cases.expected else 0 end)
            as matched_amount
    from reconciled.cases as cases
    inner join reconciled.case_statuses as statuses on cases.case_id = statuses.case_id
    group by cases.case_date, cases.currency
),

lines as (
    select
        business_date,
        currency,
        sum(amount) filter (where line = 'expected_by_cases') as expected_amount,
        sum(amount) filter (where line = 'received_by_cases') as received_amount,
        sum(amount) filter (
            where line = 'difference_explained' and code in ('PARTIAL', 'EXPECTED', 'EXCLUDED')
        ) as timing_amount,
        sum(amount) filter (
            where
            line = 'difference_explained' and code not in ('PARTIAL', 'EXPECTED', 'EXCLUDED')
        ) as break_amount,
        sum(amount) filter (where line = 'unexplained_residual') as unexplained_residual
    from proof
    where currency <> ''
    group by business_date, currency
    having bool_or(line = 'unexplained_residual')
),

open_breaks as (
    select business_date, currency, count(*) as open_breaks, sum(money_impact) as open_impact
    from breaks
    where currency <> ''
    group by business_date, currency
),

-- A break of a subscription may stand on a date and in a currency that no order or payment has.
dates as (
    select business_date, currency from lines
    union
    select business_date, currency from open_breaks
)

select
    dates.business_date,
    dates.currency,
    coalesce(cases.orders, 0)::bigint as orders,
    coalesce(cases.transactions, 0)::bigint as transactions,
    coalesce(lines.expected_amount, 0)::decimal(38, 18) as expected_amount,
    coalesce(lines.received_amount, 0)::decimal(38, 18) as received_amount,
    (coalesce(lines.received_amount, 0) - coalesce(lines.expected_amount, 0))::decimal(38, 18)
        as difference_amount,
    coalesce(cases.matched_amount, 0)::decimal(38, 18) as matched_amount,
    coalesce(lines.break_amount, 0)::decimal(38, 18) as break_amount,
    coalesce(lines.timing_amount, 0)::decimal(38, 18) as timing_amount,
    coalesce(lines.unexplained_residual, 0)::decimal(38, 18) as unexplained_residual,
    coalesce(open_breaks.open_breaks, 0)::bigint as open_breaks,
    coalesce(open_breaks.open_impact, 0)::decimal(38, 18) as open_impact
from dates
left join lines on dates.business_date = lines.business_date and dates.currency = lines.currency
left join cases on dates.business_date = cases.business_date and dates.currency = cases.currency
left join open_breaks
    on dates.business_date = open_breaks.business_date and dates.currency = open_breaks.currency
