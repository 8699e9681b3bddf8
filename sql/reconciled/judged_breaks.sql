-- One row per case that needs an explanation as judged now, before its history is taken into account.
with
judged_cases as (
    select * from reconciled.judged_cases
),

control_breaks as (
    select * from reconciled.control_breaks
)

select * from judged_cases

union all

select
    case_id,
    code,
    [],
    null,
    transaction_id,
    null,
    null,
    null,
    null,
    currency,
    null,
    null,
    0,
    detail,
    evidence,
    business_date,
    severity
from control_breaks
