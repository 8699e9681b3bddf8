#!/usr/bin/env bash
# A customer opens a second session for the same order and pays the first: the second one expires
# unpaid.
. "$(dirname "$0")/asking.sh"
new_session 5000
new_payment
first=$session paid=$payment
at 2026-10-24T09:05:00Z
new_session 5000
new_payment
second=$session
payment=$paid
force exact
at 2026-10-24T10:00:00Z
ask GET "/api/v1/checkout-sessions/$first"
expect "the first session" "$(field status)" COMPLETED
ask GET "/api/v1/checkout-sessions/$second"
expect "the second session" "$(field status)" EXPIRED
