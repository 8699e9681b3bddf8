-- One row per case that needs, or once needed, an explanation: as judged now, with its life so far.
-- The state is that of the last closing, moved by what people did since and by the evidence.
with
basis as (
    select * from reconciled.basis
),

judged as (
    select
        'brk_' || left(sha256(case_id), 20) as break_id,
        *
    from reconciled.judged_breaks
),

closed as (
    select * from reconciled.closed_breaks
),

members as (
    select * from reconciled.members
),

actions as (
    select * from ops.actions
),

worked as (
    select
        actions.break_id,
        max(actions.action_no) as last_action_no,
        arg_max(actions.assignee, actions.action_no) filter (where actions.verb = 'assign') as assignee,
        arg_max(
            case actions.verb
                when 'assign' then 'assigned'
                when 'wait' then 'waiting'
                when 'resolve' then 'resolved'
                when 'write_off' then 'written_off'
                else 'reopened'
            end,
            actions.action_no
        ) filter (where actions.verb in ('assign', 'wait', 'resolve', 'write_off', 'reopen')) as state
    from actions
    left join closed on actions.break_id = closed.break_id
    where actions.break_id is not null and actions.action_no > coalesce(closed.last_action_no, 0)
    group by actions.break_id
),

alive as (
    select
        judged.*,
        coalesce(closed.first_seen_date, basis.as_of_date) as first_seen_date,
        basis.as_of_date as last_seen_date,
        date_diff('day', judged.business_date, timezone(basis.timezone, basis.as_of)::date) as age_days,
        case
            when worked.state is not null then worked.state
            when closed.break_id is null then 'open'
            when closed.state = 'auto_resolved' then 'reopened'
            else closed.state
        end as state,
        coalesce(worked.assignee, closed.assignee) as assignee,
        coalesce(worked.last_action_no, closed.last_action_no) as last_action_no,
        basis.rule_version,
        basis.policy_version,
        basis.as_of as recorded_from
    from judged
    left join closed on judged.break_id = closed.break_id
    left join worked on judged.break_id = worked.break_id
    cross join basis
),

former as (
    select
        closed.* replace (
            coalesce(worked.state, closed.state) as state,
            coalesce(worked.assignee, closed.assignee) as assignee,
            coalesce(worked.last_action_no, closed.last_action_no) as last_action_no,
            case
                when worked.state in ('resolved', 'written_off') then basis.as_of
                else closed.recorded_from
            end as recorded_from
        )
    from closed
    left join worked on closed.break_id = worked.break_id
    cross join basis
    where closed.break_id not in (select break_id from judged)
),

merged as (
    select
        closed.break_id,
        members.case_id
    from closed
    inner join members on closed.case_id = members.kind || ':' || members.id
    where closed.case_id <> members.case_id
),

over as (
    select
        former.* replace (
            case
                when former.state in ('resolved', 'written_off', 'auto_resolved') then former.state
                else 'auto_resolved'
            end as state,
            case
                when former.state in ('resolved', 'written_off', 'auto_resolved') then former.recorded_from
                else basis.as_of
            end as recorded_from,
            case
                when merged.case_id is null or former.state = 'auto_resolved' then former.evidence
                else json_merge_patch(former.evidence, to_json({'merged_into': merged.case_id}))::varchar
            end as evidence
        )
    from former
    left join merged on former.break_id = merged.break_id
    cross join basis
)

select
    break_id,
    case_id,
    code,
    secondary_codes,
    order_id,
    transaction_id,
    session_id,
    subscription_id,
    invoice_id,
    charge_attempt_id,
    currency,
    expected_amount,
    actual_amount,
    money_impact,
    detail,
    evidence,
    business_date,
    first_seen_date,
    last_seen_date,
    age_days::bigint as age_days,
    severity,
    state,
    assignee,
    last_action_no,
    rule_version,
    policy_version,
    recorded_from
from alive

union all by name

select * from over
