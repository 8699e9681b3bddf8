#!/usr/bin/env bash
# Usage is billed when it is known: nothing by the month, one invoice charged at once, one as
# scheduled.
. "$(dirname "$0")/asking.sh"
ask POST /api/v1/subscriptions/checkout-sessions '{"billingMode": "METERED", "targetPrice":
{"targetCurrency": "USD", "targetAmount": "50.00"}, "customer": {"email": "ada@example.com"}}'
checkout=$(field uid)
subscription=$(printf '%s' "$answer" | grep -o 'sub_[0-9a-f]*' | head -n 1)
approve "$checkout"
at 2026-10-24T09:05:00Z
read_subscription
expect "billing mode" "$(field billing_mode)" METERED
read_invoices
expect "invoices without usage" "$(field total)" 0
ask POST "/api/v1/subscriptions/$subscription/metered-invoices" '{"amount": "12.34", "currency": "USD",
"usage_description": "1234 calls", "charge_schedule": "immediate"}'
now=$(field uid)
ask POST "/api/v1/subscriptions/$subscription/metered-invoices" '{"amount": "5.00", "currency": "USD",
"charge_schedule": "scheduled"}'
later=$(field uid)
at 2026-10-24T10:00:00Z
ask GET "/api/v1/subscriptions/$subscription/subscription-invoices/$now"
expect "the immediate one" "$(field status)" PAID
expect "its amount" "$(field amount)" 12.34
ask GET "/api/v1/subscriptions/$subscription/subscription-invoices/$later"
case $(field status) in PAID) echo "the scheduled one was charged too early" >&2; exit 1 ;; esac
at 2026-10-25T10:00:00Z
ask GET "/api/v1/subscriptions/$subscription/subscription-invoices/$later"
expect "the scheduled one a day later" "$(field status)" PAID
