-- One row per open break, most severe first.
with
breaks as (
    select * from reconciled.breaks where state in ('open', 'assigned', 'waiting', 'reopened')
),

minor_units as (
    select * from validated.minor_units
)

select
    breaks.break_id,
    breaks.case_id,
    breaks.code,
    breaks.secondary_codes,
    breaks.order_id,
    breaks.transaction_id,
    breaks.subscription_id,
    breaks.invoice_id,
    breaks.charge_attempt_id,
    breaks.currency,
    case
        when breaks.expected_amount is not null
            then money_text(breaks.expected_amount, minor_units.minor_units)
    end as expected_amount,
    case
        when breaks.actual_amount is not null
            then money_text(breaks.actual_amount, minor_units.minor_units)
    end as actual_amount,
    money_text(breaks.money_impact, minor_units.minor_units) as money_impact,
    breaks.detail,
    breaks.business_date,
    breaks.first_seen_date,
    breaks.age_days,
    breaks.severity,
    breaks.state,
    breaks.assignee
from breaks
left join minor_units on breaks.currency = minor_units.currency
order by
    case breaks.severity when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
    abs(breaks.money_impact) desc,
    breaks.break_id
