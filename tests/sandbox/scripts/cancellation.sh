#!/usr/bin/env bash
# Two ways to go: at the end of the period that is paid, or at once and confirmed.
. "$(dirname "$0")/asking.sh"
subscribe 10.00
ask DELETE "/api/v1/subscriptions/$subscription" '{"cancel_at_period_end": true, "reason": "moving"}'
expect "until the end of the period" "$(field status)" ACTIVE
at 2026-11-24T09:10:00Z
read_subscription
expect "after it" "$(field status)" CANCELED
read_invoices
expect "invoices in all" "$(field total)" 1

ask POST /api/v1/subscriptions/checkout-sessions \
    "{\"priceUid\": \"$price\", \"customer\": {\"email\": \"ada@example.com\"}}"
checkout=$(field uid)
subscription=$(printf '%s' "$answer" | grep -o 'sub_[0-9a-f]*' | head -n 1)
approve "$checkout"
at 2026-11-24T09:20:00Z
ask POST "/api/v1/subscriptions/$subscription/cancel/confirm"
expect "confirmed without a request" "$(field code)" conflict
ask DELETE "/api/v1/subscriptions/$subscription" '{"reason": "moving"}'
expect "requested" "$(field status)" ACTIVE
ask POST "/api/v1/subscriptions/$subscription/cancel/confirm"
expect "confirmed" "$(field status)" CANCELED
ask GET "/api/v1/subscriptions/$subscription/authorizations/status"
expect "its authorization" "$(field status)" REVOKED
