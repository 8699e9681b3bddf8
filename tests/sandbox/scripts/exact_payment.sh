#!/usr/bin/env bash
# A customer pays exactly what was asked: transaction and session are completed, the payout follows
# on the next day.
. "$(dirname "$0")/asking.sh"
new_session 5000
new_payment
ask POST /_sandbox/deposits "{\"transactionId\": \"$payment\", \"amount\": \"$expected\"}"
expect "status with the coins on the chain" "$(field status)" PROCESSING
at 2026-10-24T09:10:00Z
ask GET "/api/v1/transactions/$payment"
expect "status" "$(field status)" COMPLETED
expect "received" "$(field actualAmount)" "$expected"
expect "fee" "$(field fees)" 50.00
expect "payout" "$(field payoutStatus)" PENDING
ask GET "/api/v1/checkout-sessions/$session"
expect "session" "$(field status)" COMPLETED
at 2026-10-25T10:00:00Z
ask GET "/api/v1/transactions/$payment"
expect "payout a day later" "$(field payoutStatus)" COMPLETED
