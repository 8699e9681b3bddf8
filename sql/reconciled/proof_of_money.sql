-- One row per business date, currency and line of the money equations: proof line 2 and its residual.
-- Own totals come straight from the validated tables, case totals through the matches: if a row is
-- missing from the matches, the two disagree and the residual shows it, on the dates that are summed up.
with
basis as (
    select * from reconciled.basis
),

own as (
    select
        orders.business_date,
        orders.currency,
        'expected' as side,
        'order' as kind,
        orders.order_id as id,
        case when orders.status in ('paid', 'fulfilled') then orders.amount else 0 end as amount
    from validated.orders as orders
    cross join basis
    where orders.placed_at < basis.as_of

    union all

    select
        transactions.business_date,
        transactions.fiat_currency,
        'received',
        'transaction',
        transactions.transaction_id,
        case when transactions.status = 'COMPLETED' then transactions.fiat_amount else 0 end
    from validated.transactions as transactions
    cross join basis
    where transactions.created_at < basis.as_of

    union all

    select
        charges.business_date,
        charges.currency,
        'received',
        'attempt',
        charges.charge_attempt_id,
        charges.amount
    from reconciled.charge_facts as charges
    inner join reconciled.payments as payments
        on payments.kind = 'attempt' and charges.charge_attempt_id = payments.id
),

matched as (
    select distinct case_id, business_date as case_date, 'order' as kind, order_id as id
    from reconciled.matches
    where order_id is not null

    union all

    select distinct case_id, business_date, 'transaction', transaction_id
    from reconciled.matches
    where transaction_id is not null

    union all

    select distinct case_id, business_date, 'attempt', charge_attempt_id
    from reconciled.subscription_matches
    where charge_attempt_id is not null
),

placed as (
    select
        own.*,
        matched.case_id,
        matched.case_date
    from own
    inner join matched on own.kind = matched.kind and own.id = matched.id
),

sums as (
    select business_date, currency, side || '_own' as line, '' as code, sum(amount) as amount, count(*) as rows
    from own
    group by business_date, currency, side

    union all

    select case_date, currency, side || '_moved_in', '', sum(amount), count(*)
    from placed
    where case_date <> business_date
    group by case_date, currency, side

    union all

    select business_date, currency, side || '_moved_out', '', -sum(amount), -count(*)
    from placed
    where case_date <> business_date
    group by business_date, currency, side

    union all

    select case_date, currency, side || '_by_cases', '', sum(amount), count(*)
    from placed
    group by case_date, currency, side
),

gaps as (
    select
        business_date,
        currency,
        side,
        sum(case when line = side || '_by_cases' then -amount else amount end) as gap,
        sum(case when line = side || '_by_cases' then -rows else rows end) as missing
    from sums
    inner join (values ('expected'), ('received')) as sides(side) on starts_with(line, side)
    group by business_date, currency, side
),

differences as (
    select
        case_date as business_date,
        currency,
        case_id,
        sum(case when side = 'received' then amount else -amount end) as difference
    from placed
    group by case_date, currency, case_id
    having sum(case when side = 'received' then amount else -amount end) <> 0
),

-- Few cases differ: of the others nobody asks.
statuses as (
    select
        case_statuses.case_id,
        case_statuses.explaining_code,
        case_statuses.timing_status
    from reconciled.case_statuses as case_statuses
    semi join differences on case_statuses.case_id = differences.case_id
    semi join reconciled.matches as matches on case_statuses.case_id = matches.case_id
),

explained as (
    select
        differences.*,
        coalesce(statuses.explaining_code, statuses.timing_status) as explanation
    from differences
    left join statuses on differences.case_id = statuses.case_id
),

unexplained as (
    select business_date, currency, sum(abs(difference)) as amount, count(*) as rows
    from explained
    where explanation is null
    group by business_date, currency
),

dates as (
    select distinct business_date, currency from sums
),

residuals as (
    select
        dates.business_date,
        dates.currency,
        coalesce(sum(abs(gaps.gap)), 0) + coalesce(any_value(unexplained.amount), 0) as amount,
        coalesce(sum(abs(gaps.missing)), 0) + coalesce(any_value(unexplained.rows), 0) as rows
    from dates
    left join gaps on dates.business_date = gaps.business_date and dates.currency = gaps.currency
    left join unexplained
        on dates.business_date = unexplained.business_date and dates.currency = unexplained.currency
    group by dates.business_date, dates.currency
)

select business_date, currency, line, code, amount::decimal(38, 18) as amount, rows::bigint as rows
from sums

union all

select business_date, currency, 'difference', '', sum(difference)::decimal(38, 18), count(*)
from differences
group by business_date, currency

union all

select
    business_date,
    currency,
    'difference_explained',
    explanation,
    sum(difference)::decimal(38, 18),
    count(*)
from explained
where explanation is not null
group by business_date, currency, explanation

union all

select business_date, currency, 'unexplained_residual', '', amount::decimal(38, 18), rows::bigint
from residuals
