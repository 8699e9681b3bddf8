-- Which breaks are over, and what ended them?
-- $first_date date = none: first business date of the breaks; the whole book without it.
-- $last_date date = none: last business date.
-- Answer: one row a break; auto_resolved ended by evidence, resolved and written_off by a person, with the reason of the last action.
with
decided as (
    select break_id, decided_by, reason
    from ops.actions
    where verb in ('resolve', 'write_off')
    qualify row_number() over (partition by break_id order by action_no desc) = 1
)

select
    breaks.break_id,
    breaks.code,
    breaks.state,
    breaks.order_id,
    breaks.transaction_id,
    breaks.currency,
    breaks.money_impact,
    breaks.business_date,
    breaks.last_seen_date,
    decided.decided_by,
    decided.reason
from reconciled.breaks as breaks
left join decided
    on breaks.break_id = decided.break_id and breaks.state in ('resolved', 'written_off')
where
    breaks.state in ('resolved', 'written_off', 'auto_resolved')
    and breaks.business_date >= coalesce($first_date::date, breaks.business_date)
    and breaks.business_date <= coalesce($last_date::date, breaks.business_date)
order by breaks.business_date, breaks.break_id
