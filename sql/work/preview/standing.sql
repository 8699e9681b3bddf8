-- One row per case: how it stands under the policy that the reconciled tables were judged by.
with
matches as (
    select case_id, match_status, business_date, min(order_id) as order_id, min(transaction_id) as transaction_id
    from (
        select case_id, match_status, business_date, order_id, transaction_id from reconciled.matches
        union all
        select case_id, match_status, business_date, null, null from reconciled.subscription_matches
    )
    group by case_id, match_status, business_date
),

breaks as (
    select * from reconciled.breaks
)

select
    coalesce(matches.case_id, breaks.case_id) as case_id,
    coalesce(breaks.business_date, matches.business_date) as business_date,
    coalesce(breaks.order_id, matches.order_id) as order_id,
    coalesce(breaks.transaction_id, matches.transaction_id) as transaction_id,
    matches.match_status,
    breaks.break_id,
    breaks.code,
    breaks.secondary_codes,
    breaks.currency,
    breaks.money_impact,
    breaks.severity,
    breaks.state,
    breaks.detail,
    breaks.evidence,
    coalesce(breaks.state in ('open', 'assigned', 'waiting', 'reopened'), false) as is_open
from matches
full join breaks on matches.case_id = breaks.case_id
