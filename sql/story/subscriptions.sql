-- One row per version of a subscription, oldest first; the newest has no recorded_to.
select
    subscription_id,
    version,
    status,
    billing_mode,
    plan_id,
    price_id,
    pending_price_id,
    current_period_start_at,
    current_period_end_at,
    cancel_at_period_end,
    cancellation_pending,
    canceled_at,
    created_at,
    updated_at,
    recorded_from,
    recorded_to,
    is_outdated,
    source
from validated.subscriptions_history
where list_contains($subscription_ids::varchar[], subscription_id)
order by created_at, subscription_id, version
