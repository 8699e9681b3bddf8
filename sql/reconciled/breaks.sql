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
        true as holds,
        basis.rule_version,
        basis.policy_version
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
            false as holds
        )
    from closed
    left join worked on closed.break_id = worked.break_id
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
                when merged.case_id is null or former.state = 'auto_resolved' then former.evidence
                else json_merge_patch(former.evidence, to_json({'merged_into': merged.case_id}))::varchar
            end as evidence
        )
    from former
    left join merged on former.break_id = merged.break_id
),

told as (
    select * exclude (recorded_from) from over
    union all by name
    select * from alive
)

-- A row reads so from the as-of on at which anything but its age changed.
select
    told.break_id,
    told.case_id,
    told.code,
    told.secondary_codes,
    told.order_id,
    told.transaction_id,
    told.session_id,
    told.subscription_id,
    told.invoice_id,
    told.charge_attempt_id,
    told.currency,
    told.expected_amount,
    told.actual_amount,
    told.money_impact,
    told.detail,
    told.evidence,
    told.business_date,
    told.first_seen_date,
    told.last_seen_date,
    told.age_days::bigint as age_days,
    told.severity,
    told.state,
    told.assignee,
    told.last_action_no,
    told.holds,
    told.rule_version,
    told.policy_version,
    case
        when
            closed.break_id is not null
            and told.case_id is not distinct from closed.case_id
            and told.code is not distinct from closed.code
            and told.secondary_codes is not distinct from closed.secondary_codes
            and told.order_id is not distinct from closed.order_id
            and told.transaction_id is not distinct from closed.transaction_id
            and told.session_id is not distinct from closed.session_id
            and told.subscription_id is not distinct from closed.subscription_id
            and told.invoice_id is not distinct from closed.invoice_id
            and told.charge_attempt_id is not distinct from closed.charge_attempt_id
            and told.currency is not distinct from closed.currency
            and told.expected_amount is not distinct from closed.expected_amount
            and told.actual_amount is not distinct from closed.actual_amount
            and told.money_impact is not distinct from closed.money_impact
            and told.detail is not distinct from closed.detail
            and told.evidence is not distinct from closed.evidence
            and told.business_date is not distinct from closed.business_date
            and told.severity is not distinct from closed.severity
            and told.state is not distinct from closed.state
            and told.assignee is not distinct from closed.assignee
            and told.last_action_no is not distinct from closed.last_action_no
            and told.holds is not distinct from closed.holds
            and told.rule_version is not distinct from closed.rule_version
            and told.policy_version is not distinct from closed.policy_version
            then closed.recorded_from
        else basis.as_of
    end as recorded_from
from told
left join closed on told.break_id = closed.break_id
cross join basis
