"""What the queries of touched rows and cases could forget, each with a crowded world that shows it.

Belongs here: the query, the text before and after, and the seed of the world. Stays out: planting.
Not listed: a reason that changes nothing when left out, since others touch the same cases.
"""

from __future__ import annotations

from typing import NamedTuple


class Omission(NamedTuple):
    """A line of a query in `sql`, what it becomes, and the world in which that is seen."""

    query: str
    line: str
    becomes: str
    seed: int


OMISSIONS = (
    Omission("touched/seeds", "where received.order_id is not null", "where false", 1),
    Omission("touched/seeds",
             "where received.arrival > judged.transactions_arrival and",
             "where false and", 1),
    Omission("touched/neighbours",
             "checkout_session_id in (select name from sessions_of_orders)", "false", 1),
    Omission("touched/neighbours",
             "or transaction_id in (select name from references_of_orders)", "", 2),
    Omission("touched/neighbours",
             "or reference in (select name from references_of_orders)", "", 1),
    Omission("touched/neighbours",
             "or external_id in (select order_id from touched_orders)", "", 1),
    Omission("touched/neighbours",
             "order_id in (select external_id from touched_transactions)", "false", 1),
    Omission("touched/neighbours", "or order_id in (select token from described)", "", 4),
    Omission("touched/neighbours",
             "or transaction_ref in (select name from references_of_transactions)", "", 2),
    Omission("touched/neighbours",
             "where name in (select checkout_session_id from touched_transactions)",
             "where false", 1),
    Omission("touched/dates", "    select * from former_members\n    union all\n", "", 1),
    Omission("touched/dates",
             "    union all\n    select * from \"reconciled.members\"\n", "", 1),
    Omission("touched/turned", "where transactions.is_completed", "where false", 2),
    Omission("touched/seeds",
             "semi join fresh_sessions on transactions.checkout_session_id = "
             "fresh_sessions.session_id",
             "where false", 1),
    Omission("touched/seeds",
             "semi join turned_hashes on transactions.deposit_tx_hash = "
             "turned_hashes.tx_hash",
             "where false", 2),
    Omission("touched/seeds",
             "lies_in(transactions.created_at, spans.now_from, spans.now_until)", "false", 1),
    Omission("touched/seeds",
             "lies_in(transactions.created_at, spans.orders_from, spans.orders_until)", "false", 4),
    Omission("touched/seeds",
             "lies_in(transactions.created_at, spans.refund_from, spans.refund_until)", "false", 2),
    Omission("touched/seeds",
             "lies_in(transactions.expires_at, spans.gateway_from, spans.gateway_until)",
             "false", 1),
    Omission("touched/seeds",
             "lies_in(orders.placed_at, spans.now_from, spans.now_until)", "false", 1),
    Omission("touched/seeds",
             "lies_in(coalesce(orders.paid_at, orders.placed_at), spans.gateway_from, "
             "spans.gateway_until)",
             "false", 1),
    Omission("touched/seeds", "payout_spans.ends_at is null", "false", 2),
    Omission("touched/seeds", "not is_closed_status(transactions.status)", "false", 1),
    Omission("touched/seeds",
             "awaits_payout(transactions.status, transactions.payout_status)", "false", 2),
    Omission("touched/seeds", "judged.as_of as now_from",
             "judged.as_of + to_microseconds(1) as now_from", 1),
    Omission("touched/turned",
             "select 'order', order_id from turned_bills",
             "select 'order', order_id from turned_bills where false", 1),
    Omission("touched/turned", "where judged.as_of <> basis.as_of", "where false", 2),
    Omission("touched/turned", "where kind in ('invoice', 'attempt')", "where false", 1),
    Omission("touched/neighbours",
             "semi join frontier on frontier.kind = 'order' and tokens.token = frontier.id",
             "where false", 3),
    Omission("touched/neighbours",
             "    semi join cases on members.case_id = cases.case_id\n)",
             "    where false\n)", 1),
    Omission("touched/seeds",
             "lies_in(transactions.created_at, spans.gateway_from, spans.gateway_until)",
             "false", 7),
    Omission("touched/turned",
             "    union all\n    select transaction_id, token from tokens\n", "", 6),
    Omission("touched/partners", "    semi join cases on members.case_id = cases.case_id\n",
             "    where false\n", 5),
    Omission("touched/turned", "semi join turned_ids on claims.claimed_id = turned_ids.known_id",
             "where false", 4),
    Omission("touched/neighbours",
             "    union all\n    select reference from touched_transactions\n", "", 2),
    Omission("touched/partners",
             "[-2, -1, 0, 1, 2]) as business_date from touched_orders",
             "[0, 1]) as business_date from touched_orders", 8),
    Omission("touched/partners",
             "    from transactions_in_time as found\n    anti join",
             "    from (from transactions_in_time where false) as found\n    anti join", 1),
    Omission("renewed/fresh_rows",
             "where received.arrival > coalesce((select arrival from built), 0)",
             "where false", 1),
    Omission("renewed/fresh_orders",
             "semi join turned_files on received.file_digest = turned_files.file_digest",
             "where false", 1),
    Omission("renewed/fresh_streams", "select stream\nfrom (from checked except",
             "select stream\nfrom (from checked where false except", 1),
    Omission("renewed/fresh_streams", "select 'orders' from turned_files",
             "select 'orders' from turned_files where false", 1),
)  # fmt: skip
