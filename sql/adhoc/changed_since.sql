-- What changed since yesterday?
-- $since instant = none: what the last closing up to then told is compared with today; the closing before the last without it, and everything is new where there is none.
-- Answer: one row a break that is new, over, reads otherwise, or only moved in work; former values are empty for a new one.
with
moments as (
    select as_of from ops.closings
    union
    select as_of from reconciled.basis
),

asked as (
    select coalesce($since::timestamptz, case when count(*) > 1 then min(latest.as_of) end) as since
    from (select as_of from moments order by as_of desc limit 2) as latest
),

before as (
    select versions.*
    from reconciled.breaks_history as versions
    cross join asked
    where
        versions.recorded_from <= asked.since
        and (versions.recorded_to is null or versions.recorded_to > asked.since)
)

select
    case
        when before.break_id is null then 'new'
        when breaks.state in ('resolved', 'written_off', 'auto_resolved') then 'over'
        when breaks.code <> before.code then 'recoded'
        when breaks.money_impact <> before.money_impact then 'revalued'
        else 'moved'
    end as change,
    breaks.break_id,
    breaks.order_id,
    breaks.transaction_id,
    before.code as former_code,
    breaks.code,
    before.state as former_state,
    breaks.state,
    breaks.currency,
    before.money_impact as former_impact,
    breaks.money_impact
from reconciled.breaks as breaks
left join before on breaks.break_id = before.break_id
where
    before.break_id is null
    or (before.code, before.state, before.money_impact, before.assignee)
    is distinct from (breaks.code, breaks.state, breaks.money_impact, breaks.assignee)
order by change, breaks.break_id
