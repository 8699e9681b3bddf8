#!/usr/bin/env bash
# Half of the coins arrive, then the rest before the session expires: underpaid first, completed in
# the end.
. "$(dirname "$0")/asking.sh"
new_session 5000
new_payment
force underpayment
expect "status after half" "$(field status)" UNDERPAID
ask GET "/api/v1/transactions/$payment/payment-status"
missing=$(field shortfallAmount)
ask GET "/api/v1/checkout-sessions/$session"
expect "session after half" "$(field status)" PROCESSING
at 2026-10-24T09:10:00Z
ask POST /_sandbox/deposits "{\"transactionId\": \"$payment\", \"amount\": \"$missing\"}"
at 2026-10-24T09:20:00Z
ask GET "/api/v1/transactions/$payment"
expect "status after the top-up" "$(field status)" COMPLETED
expect "received" "$(field actualAmount)" "$expected"
ask GET "/api/v1/transactions/$payment/payment-status"
expect "still missing" "$(field shortfallAmount)" 0
