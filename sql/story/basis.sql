-- One row: the as-of, the thresholds and the versions that the judgement in the snapshot rests on.
select
    as_of,
    as_of_date,
    timezone,
    gateway_hours,
    orders_hours,
    payout_days,
    refund_days,
    rule_version,
    policy_version
from reconciled.basis
