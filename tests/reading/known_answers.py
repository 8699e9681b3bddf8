"""What each query of `sql/adhoc` answers on the known book, reckoned from its rows by hand.

Belongs here: query, what it is asked with, the columns looked at, and the rows, `-` for NULL and
`''` for an empty text; their order does not count here. Stays out: the book (`known_book`).
"""

from __future__ import annotations

NIGHT_ONE = {"instant": "2026-03-09T23:00:00Z"}
MARCH = {"first_date": "2026-03-01", "last_date": "2026-03-31"}
FEBRUARY = {"first_date": "2026-02-01", "last_date": "2026-02-28"}

Known = tuple[str, dict[str, str], str, list[str]]

BREAKS: list[Known] = [
    (
        "breaks_of_a_past_night",
        NIGHT_ONE,
        "code state order_id transaction_id money_impact age_days",
        [
            "DUPLICATE_CHARGE open K31 - 0 38",
            "DUPLICATE_PAYMENT open K30 - 100 38",
            "DUPLICATE_PAYMENT open K5 T5a 1000 5",
            "MISSING_IN_GATEWAY open K33 - -60 38",
            "MISSING_IN_GATEWAY open K2 - -5000 5",
            "MISSING_IN_GATEWAY open K3 - -200 5",
            "MISSING_IN_GATEWAY open K4 - -3000 5",
            "MISSING_IN_ORDERS open - T7 700 5",
            "NETWORK_MISMATCH open K11 T11 0 5",
            "PAYOUT_FAILED open K10 T10 -1950 5",
            "REFUND_DUE open K8 T8 200 5",
            "STATUS_MISMATCH open K9 T9 -1000 5",
            "VALIDATION_FAILED open - - 0 1",
        ],
    ),
    (
        "breaks_of_a_person",
        {"assignee": "ada"},
        "code state order_id currency money_impact age_days",
        ["MISSING_IN_GATEWAY assigned K2 NGN -5000 6"],
    ),
    ("breaks_of_a_person", {"assignee": "nobody"}, "code", []),
    (
        "breaks_that_are_over",
        {},
        "code state order_id money_impact last_seen_date decided_by",
        [
            "MISSING_IN_GATEWAY auto_resolved K33 -60 2026-03-09 -",
            "MISSING_IN_GATEWAY auto_resolved K4 -3000 2026-03-09 -",
            "MISSING_IN_GATEWAY written_off K3 -200 2026-03-10 bob",
        ],
    ),
    ("breaks_that_are_over", {"first_date": "2026-03-06"}, "code", []),
    ("breaks_that_are_over", {"last_date": "2026-03-04"}, "order_id", ["K33"]),
    (
        "changed_since",
        {},
        "change order_id former_code code former_state state former_impact money_impact",
        [
            "moved K2 MISSING_IN_GATEWAY MISSING_IN_GATEWAY open assigned -5000 -5000",
            "new - - STALE_SOURCE - open - 0",
            "new K20 - AMOUNT_MISMATCH - open - -50",
            "over K3 MISSING_IN_GATEWAY MISSING_IN_GATEWAY open written_off -200 -200",
            "over K33 MISSING_IN_GATEWAY MISSING_IN_GATEWAY open auto_resolved -60 -60",
            "over K4 MISSING_IN_GATEWAY MISSING_IN_GATEWAY open auto_resolved -3000 -3000",
        ],
    ),
    ("changed_since", {"since": "2026-03-11T00:00:00+01:00"}, "change", []),
    (
        "decisions",
        {},
        "action_no verb decided_by assignee amount is_supported",
        ["1 assign eve ada -5000 true", "2 write_off bob - -200 true", "3 reject eve - - true"],
    ),
    ("decisions", {"decided_by": "bob"}, "action_no", ["2"]),
    (
        "largest_open_breaks",
        {"most": "2"},
        "currency money_impact order_id",
        ["GHS 0 K11", "NGN -1950 K10", "NGN -5000 K2", "ZAR 0 K31", "ZAR 100 K30"],
    ),
    ("new_breaks", {}, "code order_id", ["AMOUNT_MISMATCH K20", "STALE_SOURCE -"]),
    ("new_breaks", {"first_seen_date": "2026-03-08"}, "code", []),
    ("oldest_open_breaks", {}, "order_id age_days", ["K30 39", "K31 39"]),
    (
        "oldest_open_breaks",
        {"least_days": "7"},
        "age_days order_id state",
        ["19 K20 open", "39 K30 open", "39 K31 open"],
    ),
    (
        "open_breaks_by_code",
        {},
        "code currency breaks money_impact oldest_days without_assignee",
        [
            "AMOUNT_MISMATCH NGN 1 -50 19 1",
            "DUPLICATE_CHARGE ZAR 1 0 39 1",
            "DUPLICATE_PAYMENT NGN 1 1000 6 1",
            "DUPLICATE_PAYMENT ZAR 1 100 39 1",
            "MISSING_IN_GATEWAY NGN 1 -5000 6 0",
            "MISSING_IN_ORDERS NGN 1 700 6 1",
            "NETWORK_MISMATCH GHS 1 0 6 1",
            "PAYOUT_FAILED NGN 1 -1950 6 1",
            "REFUND_DUE NGN 1 200 6 1",
            "STALE_SOURCE '' 1 0 1 1",
            "STATUS_MISMATCH NGN 1 -1000 6 1",
            "VALIDATION_FAILED '' 1 0 2 1",
        ],
    ),
    (
        "pairs_to_decide",
        {},
        "match_status order_id amount transaction_id fiat_amount",
        ["SUGGESTED K13 1234 T13 1234"],
    ),
    ("written_off", {}, "decided_by code currency amount", ["bob MISSING_IN_GATEWAY KES -200"]),
    ("written_off", {"first_date": "2026-03-11"}, "decided_by", []),
    ("written_off", {"last_date": "2026-03-09"}, "decided_by", []),
]
MONEY: list[Known] = [
    (
        "daily_totals",
        {},
        "business_date currency orders transactions expected_amount received_amount open_breaks",
        [
            "2026-01-31 ZAR 3 1 250 290 2",
            "2026-02-20 NGN 2 1 150 100 1",
            "2026-03-05 GHS 1 1 500 500 1",
            "2026-03-05 KES 1 0 200 0 0",
            # The payment of the tenth stands with its order of the fifth.
            "2026-03-05 NGN 10 13 16134 11834 6",
            "2026-03-10 NGN 0 0 0 0 0",
            "2026-03-10 ZAR 0 0 0 0 0",
        ],
    ),
    ("daily_totals", FEBRUARY, "business_date currency", ["2026-02-20 NGN"]),
    (
        "days_to_payout",
        {},
        "currency days payments net_amount",
        ["GHS 0 1 495", "NGN 0 7 5181.66", "NGN 2 1 990", "NGN - 3 5620"],
    ),
    ("days_to_payout", FEBRUARY, "currency days payments net_amount", ["NGN 0 1 99"]),
    (
        "fee_by_network",
        {},
        "network coin currency payments payments_without_fee gross_amount fee_amount fee_percent",
        [
            "BITCOIN BTC NGN 1 0 1000 10 1",
            "ETHEREUM USDC NGN 1 1 700 0 -",
            "TRON USDT GHS 1 0 500 5 1",
            "TRON USDT NGN 9 0 10234 132.34 1.2931",
        ],
    ),
    ("fee_by_network", FEBRUARY, "network currency payments fee_percent", ["TRON NGN 1 1"]),
    (
        "fees_off_schedule",
        {},
        "case_id payments gross_amount fee_amount difference_amount",
        ["order:K10 1 2000 50 -30"],
    ),
    (
        "month_close",
        {},
        "first_date currency orders expected_amount received_amount matched_percent open_breaks",
        [
            "2026-03-01 GHS 1 500 500 100 1",
            "2026-03-01 KES 1 200 0 0 0",
            # 1000 of K1, 900 of K6, 2000 of K10 and 3000 of K4.
            "2026-03-01 NGN 10 16134 11834 42.7668 6",
            "2026-03-01 ZAR 0 0 0 - 0",
        ],
    ),
    (
        "month_close",
        {"month_date": "2026-02-01"},
        "currency difference_amount unexplained_residual",
        ["NGN -50 0"],
    ),
    (
        "outcome_by_coin",
        {},
        "coin begun completed refunded without_success still_open completed_percent",
        ["BTC 1 1 0 0 0 100", "USDC 1 1 0 0 0 100", "USDT 14 10 1 1 2 83.3333"],
    ),
    ("outcome_by_coin", FEBRUARY, "coin begun completed", ["USDT 1 1"]),
    (
        "owed_back_in_total",
        {},
        "currency payments amount payments_overdue amount_overdue oldest_days",
        ["NGN 3 1600 0 0 6"],
    ),
    (
        "owed_back_to_customers",
        {},
        "transaction_id order_id amount currency age_days",
        ["T5b K5 1000 NGN 6", "T8 K8 200 NGN 6", "T9 K9 400 NGN 6"],
    ),
    ("owed_back_to_customers", {"least_days": "7"}, "transaction_id", []),
    (
        "owed_by_gateway",
        {},
        "currency payments gross_amount fee_amount owed_amount failed_amount oldest_date",
        ["NGN 3 5700 80 5620 1950 2026-03-05"],
    ),
    (
        "payouts_waiting",
        {"least_days": "2"},
        "transaction_id days_waiting payout_status net_amount",
        ["T10 6 FAILED 1950", "T7 6 PENDING 700"],
    ),
    ("payouts_waiting", {}, "transaction_id days_waiting", ["T10 6", "T4 1", "T7 6"]),
    (
        "revenue_by_coin",
        {},
        "coin network currency payments gross_amount fee_amount share_percent",
        [
            "BTC BITCOIN NGN 1 1000 10 8.3794",
            "USDC ETHEREUM NGN 1 700 0 5.8656",
            "USDT TRON GHS 1 500 5 100",
            "USDT TRON NGN 9 10234 132.34 85.755",
        ],
    ),
    ("revenue_by_coin", FEBRUARY, "coin gross_amount share_percent", ["USDT 100 100"]),
    (
        "revenue_by_month",
        {},
        "month_date currency payments gross_amount fee_amount net_amount",
        [
            "2026-02-01 NGN 1 100 1 99",
            "2026-03-01 GHS 1 500 5 495",
            "2026-03-01 NGN 10 11834 141.34 11692.66",
        ],
    ),
]
PAYMENTS: list[Known] = [
    (
        "corrections_last_month",
        {},
        "order_id business_date exported_date column_name amount_change currency source_row",
        [
            "K20 2026-02-20 2026-03-10 amount 50 NGN 2",
            # 70 rands became 75 nairas: no difference of one currency.
            "K32 2026-02-20 2026-03-10 amount - NGN 3",
            "K32 2026-02-20 2026-03-10 currency - NGN 3",
            "K32 2026-02-20 2026-03-10 placed_at - NGN 3",
        ],
    ),
    (
        "corrections_last_month",
        {"month_date": "2026-01-15"},
        "order_id former_business_date business_date column_name former_currency currency",
        [
            "K32 2026-01-31 2026-02-20 amount ZAR NGN",
            "K32 2026-01-31 2026-02-20 currency ZAR NGN",
            "K32 2026-01-31 2026-02-20 placed_at ZAR NGN",
        ],
    ),
    ("corrections_last_month", {"month_date": "2025-12-15"}, "order_id", []),
    (
        "orders_paid_in_parts",
        {},
        "order_id payments paid_amount open_amount",
        ["K31 2 90 0", "K6 2 900 0"],
    ),
    (
        "paid_twice",
        {},
        "order_id expected_amount actual_amount surplus_amount payments charge_attempt_ids",
        ['K30 100 200 100 2 ["A30a",_"A30b"]', "K5 1000 2000 1000 2 -"],
    ),
    ("payments_without_order", {}, "transaction_id fiat_amount code", ["T7 700 MISSING_IN_ORDERS"]),
    ("payments_without_order", {"least_amount": "700.01"}, "transaction_id", []),
    ("refunds_made", {}, "transaction_id order_id refunded_coins has_hash", ["T12 K12 8 true"]),
    ("refunds_made", FEBRUARY, "transaction_id", []),
    ("refunds_made", MARCH, "transaction_id", ["T12"]),
    (
        "short_and_excess_payments",
        {},
        "transaction_id side crypto_expected crypto_received coins_off",
        ["T8 excess 10 12 2", "T9 short 10 4 -6"],
    ),
    (
        "unpaid_fulfilled_orders",
        {},
        "order_id amount age_days",
        ["K2 5000 6", "K3 200 6", "K33 60 39"],
    ),
    ("unpaid_fulfilled_orders", {"least_amount": "200.01"}, "order_id", ["K2"]),
    ("unpaid_fulfilled_orders", {"currency": "KES"}, "order_id state", ["K3 written_off"]),
    (
        "unpaid_fulfilled_orders",
        {"currency": "ZAR"},
        "order_id match_status code state",
        ["K33 PARTIAL - -"],
    ),
    (
        "wrong_coin_or_network",
        {},
        "transaction_id expected_coin coin expected_network network",
        ["T11 USDT USDT BSC TRON"],
    ),
]
REST: list[Known] = [
    (
        "failed_charges",
        {},
        "error_code failure_class currency attempts amount",
        ["INSUFFICIENT_FUNDS soft NGN 1 1000", "MYSTERY unknown NGN 2 2000"],
    ),
    ("invoices_unpaid", {}, "invoice_id customer_id days_overdue attempts", ["I2 cust_1 10 3"]),
    ("invoices_unpaid", {"least_days": "11"}, "invoice_id", []),
    (
        "late_payers",
        {},
        "customer_id currency times_late still_unpaid amount days_late",
        ["cust_1 NGN 2 1 2000 14"],
    ),
    ("late_payers", {"least_times": "1"}, "customer_id still_unpaid", ["cust_1 1"]),
    ("late_payers", {"least_times": "3"}, "customer_id", []),
    (
        "order_exports",
        {},
        "exported_date state rows_received rows_accepted rows_quarantined",
        ["2026-03-09 accepted 14 13 1", "2026-03-10 accepted 1 1 0"],
    ),
    ("pulls_not_complete", {}, "stream reason", ["checkout_sessions a_page_was_missing"]),
    ("rows_held_back", {}, "stream source_row key reason", ["orders 10000 - planted"]),
    (
        "story",
        {"id": "T1"},
        "case_id what subject state",
        [
            "order:K1 decided:_reject,_another_buyer K1_and_T14 reject",
            "order:K1 linked_by_rule_external_id K1_and_T1 MATCHED_EXACT",
            "order:K1 order_exported,_version_1 K1 paid",
            "order:K1 order_placed K1 paid",
            "order:K1 payment,_version_1 T1 COMPLETED,_payout_PENDING",
            "order:K1 payment,_version_2 T1 COMPLETED,_payout_COMPLETED",
        ],
    ),
    ("dictionary", {"word": "depositTxHash"}, "name column_name", [
        "transactions deposit_tx_hash",
        "transactions_history deposit_tx_hash",
    ]),
]  # fmt: skip
KNOWN = [*BREAKS, *MONEY, *PAYMENTS, *REST]
