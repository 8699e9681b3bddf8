-- One row per break of a case: its own, open or over, and those that ended by merging into it.
-- Of a subscription: those of all its cases.
select
    break_id,
    case_id,
    code,
    secondary_codes,
    order_id,
    transaction_id,
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
    age_days,
    severity,
    state,
    assignee,
    rule_version,
    policy_version,
    recorded_from
from reconciled.breaks
where
    case_id = $case_id
    or evidence ->> '$.merged_into' = $case_id
    or subscription_id = $subscription_id
order by coalesce(case_id <> $case_id, false), business_date, break_id
