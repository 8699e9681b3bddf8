-- One row per case that needs, or once needed, an explanation: as judged now, with its life so far.
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

alive as (
    select
        judged.*,
        coalesce(closed.first_seen_date, basis.as_of_date) as first_seen_date,
        basis.as_of_date as last_seen_date,
        date_diff('day', judged.business_date, timezone(basis.timezone, basis.as_of)::date) as age_days,
        case
            when closed.break_id is null then 'open'
            when closed.state = 'auto_resolved' then 'reopened'
            else closed.state
        end as state,
        closed.assignee,
        basis.rule_version,
        basis.policy_version,
        basis.as_of as recorded_from
    from judged
    left join closed on judged.break_id = closed.break_id
    cross join basis
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
        closed.* replace (
            case
                when closed.state in ('resolved', 'written_off', 'auto_resolved') then closed.state
                else 'auto_resolved'
            end as state,
            case
                when closed.state in ('resolved', 'written_off', 'auto_resolved') then closed.recorded_from
                else basis.as_of
            end as recorded_from,
            case
                when merged.case_id is null or closed.state = 'auto_resolved' then closed.evidence
                else json_merge_patch(closed.evidence, to_json({'merged_into': merged.case_id}))::varchar
            end as evidence
        )
    from closed
    left join merged on closed.break_id = merged.break_id
    cross join basis
    where closed.break_id not in (select break_id from judged)
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
    rule_version,
    policy_version,
    recorded_from
from alive

union all by name

select * from over
