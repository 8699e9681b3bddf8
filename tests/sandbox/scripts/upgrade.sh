#!/usr/bin/env bash
# Half-way through a month of 31 days the customer moves to a dearer price: the rest of the month is
# billed by the second.
. "$(dirname "$0")/asking.sh"
subscribe 10.00
read_subscription
begin=$(field current_period_start) end=$(field current_period_end)
new_price "$plan" 41.00
dearer=$price
ask POST "/api/v1/subscriptions/$subscription/upgrade" "{\"priceUid\": \"$dearer\"}"
checkout=$(field uid)
at 2026-11-08T09:00:00Z
ask POST "/api/v1/subscriptions/$subscription/upgrade" "{\"priceUid\": \"$dearer\"}"
checkout=$(field uid)
approve "$checkout"
at 2026-11-08T09:05:00Z
read_subscription
expect "price" "$(field price_uid)" "$dearer"
read_invoices
charged=$(last amount)
seconds() { date -u -d "$1" +%s; }
# The authorization is active, and the price in force, one minute after it was submitted.
rest=$(($(seconds "$end") - $(seconds 2026-11-08T09:01:00Z)))
month=$(($(seconds "$end") - $(seconds "$begin")))
cents=$(((3100 * rest * 2 + month) / (month * 2)))
expect "charged for the rest of the month" "$charged" "$((cents / 100)).$(printf '%02d' $((cents % 100)))"
