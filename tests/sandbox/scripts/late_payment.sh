#!/usr/bin/env bash
# The coins arrive when the session has expired: the transaction is completed late, and the session
# with it.
. "$(dirname "$0")/asking.sh"
new_session 5000
new_payment
at 2026-10-24T10:00:00Z
ask GET "/api/v1/transactions/$payment"
expect "status after the expiry" "$(field status)" EXPIRED
ask GET "/api/v1/checkout-sessions/$session"
expect "session after the expiry" "$(field status)" EXPIRED
ask GET /api/v1/transactions/expired
expect "first in the list of expired" "$(field id)" "$payment"
ask POST /_sandbox/deposits "{\"transactionId\": \"$payment\", \"amount\": \"$expected\"}"
at 2026-10-24T10:10:00Z
ask GET "/api/v1/transactions/$payment"
expect "status in the end" "$(field status)" COMPLETED
ask GET "/api/v1/checkout-sessions/$session"
expect "session in the end" "$(field status)" COMPLETED
