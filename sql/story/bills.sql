-- One row per invoice, attempt and missing period of a case, or of all cases of a subscription.
select
    case_id,
    subscription_id,
    invoice_id,
    charge_attempt_id,
    match_status,
    business_date
from reconciled.subscription_matches
where case_id = $case_id or subscription_id = $subscription_id
order by business_date, case_id, charge_attempt_id nulls first
