#!/usr/bin/env bash
# A month is paid, the next charge finds no funds, the one after it succeeds: past due in between,
# active again.
. "$(dirname "$0")/asking.sh"
subscribe 10.00
read_subscription
expect "subscription" "$(field status)" ACTIVE
read_invoices
expect "first invoice" "$(field status)" PAID
ask PUT /_sandbox/charges \
    "{\"subscriptionUid\": \"$subscription\", \"outcomes\": [\"INSUFFICIENT_FUNDS\", \"SUCCEEDED\"]}"
at 2026-11-24T09:10:00Z
read_subscription
expect "after the failed charge" "$(field status)" PAST_DUE
at 2026-11-25T09:20:00Z
read_subscription
expect "after the recovered charge" "$(field status)" ACTIVE
read_invoices
invoice=$(printf "%s" "$answer" | grep -o "sinv_[0-9a-f]*" | tail -n 1)
ask GET "/api/v1/subscriptions/$subscription/subscription-invoices/$invoice"
expect "second invoice" "$(field status)" PAID
expect "its attempts" "$(field attempt_count)" 2
ask GET "/api/v1/subscriptions/$subscription/subscription-invoices/$invoice/charge-attempts"
expect "first attempt" "$(field status)" FAILED
expect "its error" "$(field error_code)" INSUFFICIENT_FUNDS
expect "second attempt" "$(last status)" SUCCEEDED
