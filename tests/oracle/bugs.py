"""One-line bugs for the queries, each with a random world that shows it.

Belongs here: the table, the text before and after, and the kind and seed of the world. Stays out:
planting them.
"""

from __future__ import annotations

from typing import NamedTuple


class Bug(NamedTuple):
    """A line of one query, what it becomes, and the world in which that is seen."""

    table: str
    line: str
    becomes: str
    world: str
    seed: int


BUGS = (
    Bug("key_links", "named.reference = transactions.reference",
        "named.reference = transactions.external_id", "book", 1),
    Bug("key_links", "min(claims.pass)", "max(claims.pass)", "book", 6),
    Bug("known_tokens", "length(known.order_id) >= 4", "length(known.order_id) > 4", "book", 11),
    Bug("links", "tokens.known_ids = 1", "tokens.known_ids >= 1", "book", 6),
    Bug("candidates", "to_hours(15)", "to_hours(14)", "book", 2),
    Bug("transaction_facts", "< wanted::decimal(30, 18) * (100 - tolerance)",
        "<= wanted::decimal(30, 18) * (100 - tolerance)", "book", 1),
    Bug("transaction_facts", "where versions.version > unpaid.version",
        "where versions.version > unpaid.version + 1", "book", 1),
    Bug("members", "order by place, dated_at, id", "order by place, id", "book", 6),
    Bug("codes_of_cases", "    having count(*) > 1\n", "    having count(*) > 2\n", "book", 11),
    Bug("codes_of_cases", "        and is_every_attempt_over\n", "", "book", 6),
    Bug("codes_of_cases", "cases.completed_count = 1", "cases.completed_count >= 1", "book", 6),
    Bug("codes_of_cases", "payments.currency <> orders.currency",
        "payments.currency < orders.currency", "book", 1),
    Bug("refunds_due", "where position > 1", "where position >= 1", "book", 6),
    Bug("transaction_facts", "    awaits_payout(weighed.status, weighed.payout_status)\n",
        "    weighed.is_completed\n", "book", 1),
    Bug("codes_of_transactions", "> scheduled.tolerance", ">= scheduled.tolerance", "book", 1),
    Bug("codes_of_transactions", "where is_closed and received > 0 and is_below",
        "where is_closed and is_below", "book", 2),
    Bug("case_statuses", "when order_count > 1 or payment_count > 1",
        "when order_count > 1 and payment_count > 1", "book", 3),
    Bug("case_statuses", "cases.has_open_money or cases.has_open_claim",
        "cases.has_open_money", "book", 2),
    Bug("stale_dates", "on transactions.business_date = orders.business_date",
        "on transactions.business_date <= orders.business_date", "book", 1),
    Bug("awaited_payments", "select transaction_id, external_id from transactions",
        "select transaction_id, null from transactions", "book", 8),
    Bug("coverage", "where covered_to is null or window_from > covered_to",
        "where covered_to is null or window_from >= covered_to", "book", 7),
    Bug("payments", "and charges.tx_hash = paid.deposit_tx_hash",
        "and charges.tx_hash = paid.id", "bills", 5),
    Bug("charge_facts",
        "attempts.own_invoice_id <> attempts.listed_under_invoice_id\n            or ",
        "", "bills", 7),
    Bug("missed_periods", "invoices.created_at >= subscriptions.current_period_start_at",
        "invoices.created_at > subscriptions.current_period_start_at", "bills", 10),
    Bug("codes_of_bills", "    where billed.charge_count > 1\n",
        "    where billed.charge_count > 2\n", "bills", 1),
    Bug("codes_of_bills", "    where billed.is_past_orders_sla and not",
        "    where not", "bills", 6),
    Bug("codes_of_bills", "            subscriptions.cancel_at_period_end\n            and ",
        "            ", "bills", 11),
    Bug("revocations", "arg_min(coalesce(updated_at, recorded_from), version)",
        "arg_max(coalesce(updated_at, recorded_from), version)", "bills", 14),
    Bug("groups", "where nearest.is_only and other.is_only", "where nearest.is_only", "book", 2),
    Bug("case_claims", "where orders.expects_money and not transactions.is_closed",
        "where orders.expects_money", "book", 1),
    Bug("proof_of_money",
        "semi join differences on case_statuses.case_id = differences.case_id",
        "anti join differences on case_statuses.case_id = differences.case_id", "book", 1),
)  # fmt: skip
