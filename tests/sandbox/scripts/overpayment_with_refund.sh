#!/usr/bin/env bash
# Ten coins too many: the transaction is completed, the excess is named and sent back when asked
# for, once.
. "$(dirname "$0")/asking.sh"
new_session 5000
new_payment
whole=${expected%.*} digits=${expected#*.}
force overpayment "$((whole + 10)).$digits"
expect "status" "$(field status)" COMPLETED
ask GET "/api/v1/transactions/$payment/payment-status"
expect "excess" "$(field excessAmount)" 10.000000
expect "refunded so far" "$(field refundTxHash)" null
ask POST "/api/v1/transactions/$payment/refund-excess"
expect "refund" "$(field refundAmount)" 10.000000
ask POST "/api/v1/transactions/$payment/refund-excess"
expect "a second refund" "$(field code)" conflict
