# Functions for the stories beside this file: ask the sandbox at $1, read fields, compare.
# Only curl and what every POSIX system has; every answer is kept in $TRANSCRIPT when that is set.
set -eu
url=$1
key='Authorization: rsp_test_sandbox'

ask() { # ask METHOD PATH [BODY]: the answer stands in $answer
    answer=$(curl -sS -X "$1" "$url$2" -H "$key" -H 'Content-Type: application/json' ${3:+-d "$3"})
    [ -z "${TRANSCRIPT:-}" ] || printf '%s %s\n%s\n' "$1" "$2" "$answer" >>"$TRANSCRIPT"
}

field() { # field NAME: the first member of that name in $answer, without quotes
    printf '%s' "$answer" | grep -o "\"$1\":\(\"[^\"]*\"\|[^,}]*\)" | head -n 1 | cut -d: -f2- | tr -d '"'
}

last() { # last NAME: the last member of that name in $answer
    printf '%s' "$answer" | grep -o "\"$1\":\(\"[^\"]*\"\|[^,}]*\)" | tail -n 1 | cut -d: -f2- | tr -d '"'
}

expect() { # expect WHAT FOUND WANTED
    [ "$2" = "$3" ] || { echo "$1 is '$2', not '$3'" >&2; exit 1; }
    echo "$1: $2"
}

at() { # at INSTANT: move the clock
    ask PUT /_sandbox/clock "{\"now\": \"$1\"}"
}

new_session() { # new_session AMOUNT: $session is open for USDT on TRON
    ask POST /api/v1/checkout-sessions "{\"amount\": $1, \"currency\": \"NGN\", \"fromCurrency\": \"USDT\", \
\"fromNetwork\": \"TRON\", \"paymentTolerance\": 1, \"refundAddress\": \"TXrefundXXXXXXXXXXXXXXXXXXXXXXXXXX\"}"
    session=$(field sessionId)
}

new_payment() { # new_payment: $payment is a transaction of $session, $expected its coins
    ask POST /api/v1/transactions "{\"checkoutSessionId\": \"$session\"}"
    payment=$(field id)
    expected=$(field expectedAmount)
}

force() { # force SCENARIO [COINS]
    ask POST /api/v1/sandbox/simulator/force-scenario \
        "{\"transactionId\": \"$payment\", \"scenario\": \"$1\"${2:+, \"amount\": $2}}"
}

new_price() { # new_price PLAN AMOUNT: $price is monthly, in USD
    ask POST "/api/v1/subscriptions/plans/$1/prices" \
        "{\"amount\": \"$2\", \"currency\": \"USD\", \"interval\": \"month\"}"
    price=$(field uid)
}

approve() { # approve CHECKOUT: the customer signs, the relay confirms a minute later
    ask POST "/api/v1/subscriptions/checkout-sessions/$1/confirm" '{"walletAddress":
"0x1111111111111111111111111111111111111111", "tokenId": "usdt-bsc", "limits": {"capAmount": "1000",
"maxPerCharge": "100"}, "schedule": {"periodSeconds": 2592000, "nextDue": 0, "expiry": 1893456000}}'
    authorization=$(field authId)
    ask POST "/api/v1/subscriptions/$subscription/authorizations" \
        "{\"authId\": \"$authorization\", \"signature\": \"0x12ab\"}"
}

subscribe() { # subscribe AMOUNT: $subscription is approved, its first invoice charged by 09:05
    ask POST /api/v1/subscriptions/plans '{"name": "Tea"}'
    plan=$(field uid)
    new_price "$plan" "$1"
    ask POST /api/v1/subscriptions/checkout-sessions \
        "{\"priceUid\": \"$price\", \"customer\": {\"email\": \"ada@example.com\"}}"
    checkout=$(field uid)
    subscription=$(printf '%s' "$answer" | grep -o 'sub_[0-9a-f]*' | head -n 1)
    approve "$checkout"
    at 2026-10-24T09:05:00Z
}

read_subscription() {
    ask GET "/api/v1/subscriptions/$subscription"
}

read_invoices() { # oldest first
    ask GET "/api/v1/subscriptions/$subscription/subscription-invoices?limit=100"
}
