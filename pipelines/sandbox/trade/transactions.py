"""Transactions as the API asks for them: created, listed, read in full, in short and in detail.

What moves one is told in `payments`; paging and envelopes are the house's.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pipelines.sandbox import invented
from pipelines.sandbox.asking import ListQuery
from pipelines.sandbox.days import SECOND, iso, to_datetime
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Listing,
    Reply,
    bad_request,
    conflict,
    data,
    instant_of,
    not_found,
)
from pipelines.sandbox.rendering import BUSINESS_ID, whole
from pipelines.sandbox.tender import FIATS, ZERO, coins_for
from pipelines.sandbox.trade.payments import Payments, bounds, excess
from pipelines.sandbox.trade.quotes import Quotes, asset_of, exact_in
from pipelines.sandbox.trade.rows import Row, Rows
from pipelines.sandbox.trade.sessions import LIFETIME_DEFAULT
from pipelines.sandbox.world import World

Known = Callable[[str], dict[str, Any] | None]
_SUMMARY = (
    "id", "reference", "status", "fromCurrency", "fromAmount", "toCurrency", "toAmount",
    "depositAddress", "createdAt", "updatedAt",
)  # fmt: skip
_OPEN_SESSIONS = ("PENDING", "PROCESSING")
_CLOSED_PAPERS = ("PAID", "CANCELLED", "EXPIRED", "INACTIVE")


class Transactions:
    """The operations on transactions; invoices and links are known by the callables handed in."""

    def __init__(
        self,
        world: World,
        rows: Rows,
        *,
        payments: Payments,
        quotes: Quotes,
        invoice: Known,
        link: Known,
    ) -> None:
        self._world = world
        self._rows = rows
        self._payments = payments
        self._quotes = quotes
        self._invoice = invoice
        self._link = link

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "createTransaction": self.create,
            "listTransactions": self.list,
            "listExpiredTransactions": self.list_expired,
            "getTransaction": lambda call: data(self._named(call)),
            "getTransactionStatusByReference": self.status,
            "getDetailedPaymentStatus": self.detail,
            "refundExcessPayment": self.refund_excess,
        }

    def create(self, call: Call) -> Reply:
        """Create Transaction: within a session, or for a fiat amount of its own."""
        wanted = call.body
        session = self._session(wanted)
        amount, currency = _sum(wanted, session)
        self._check_paper(
            "invoiceId", wanted, self._invoice, due="totalAmount", of=(amount, currency)
        )
        self._check_paper("paymentLinkId", wanted, self._link, due="amount", of=(amount, currency))
        coin = wanted.get("fromCurrency") or (session or {}).get("fromCurrency")
        if coin is None:
            raise bad_request("fromCurrency", "is required unless the session names it")
        network = wanted.get("fromNetwork")
        if network is None and session is not None and coin == session["fromCurrency"]:
            network = session["fromNetwork"]
        asset = asset_of(coin, network)
        rng = self._world.chance("transaction")
        rate = self._quotes.rate(asset, currency, rng)
        expected = coins_for(amount, rate, asset)
        usd = self._quotes.in_usd(amount, currency)
        now, address = self._world.instant, invented.address(rng, asset.network)
        expires_at = now + LIFETIME_DEFAULT * SECOND
        if session is not None:
            expires_at = instant_of("expiresAt", session["expiresAt"])
        inherited = {**(session or {}), **wanted}
        transaction_id = "trxn_" + invented.hexadecimal(rng, 24)
        date = to_datetime(now).strftime("%Y%m%d")
        fiat = FIATS[currency]
        row: Row = {
            "id": transaction_id,
            "businessId": BUSINESS_ID,
            "reference": f"RS-{date}-{invented.reference_suffix(rng)}",
            "externalId": wanted.get("externalId"),
            "type": _kind(wanted, session),
            "checkoutSessionId": None if session is None else session["sessionId"],
            "invoiceId": wanted.get("invoiceId"),
            "paymentLinkId": wanted.get("paymentLinkId"),
            "customerName": inherited.get("customerName"),
            "customerEmail": inherited.get("customerEmail"),
            "amount": amount,
            "currency": currency,
            "toAmount": amount,
            "toCurrency": currency,
            "toNetwork": None,
            "fromAmount": expected,
            "fromCurrency": asset.coin,
            "fromNetwork": asset.network,
            "cryptoAmount": expected,
            "cryptoCurrency": asset.coin,
            "expectedAmount": expected,
            "exchangeRate": rate,
            "fees": self._quotes.fee(amount, currency),
            "usdValue": usd,
            "usdtAmount": usd,
            "estimatedUsdtAmount": usd,
            "paymentTolerance": inherited.get("paymentTolerance"),
            "depositAddress": address,
            "walletAddress": address,
            "addressSource": "generated",
            "walletReferenceId": f"wref_{transaction_id[5:17]}",
            "refundAddress": inherited.get("refundAddress"),
            "accountName": "Kuva Market Ltd",
            "accountNumber": "0123456789",
            "bankCode": fiat.bank_code,
            "isMobileMoney": fiat.is_mobile_money,
            "riskScore": 5,
            "riskLevel": "LOW",
            "riskFlags": [],
            "callbackUrl": inherited.get("callbackUrl"),
            "redirectUrl": inherited.get("redirectUrl"),
            "description": inherited.get("description"),
            "notes": None,
            "expiresAt": iso(expires_at),
            "createdAt": iso(now),
            "status": "PENDING",
            "payoutStatus": "PENDING",
            "settlementId": None,
            "actualAmount": ZERO,
            "transactionHash": None,
            "txHash": None,
            "depositTxHash": None,
            "blockConfirmations": 0,
            "refundAmount": ZERO,
            "refundTxHash": None,
            "gateioOrderId": None,
            "updatedAt": iso(now),
        }
        self._payments.open(row)
        return data(row)

    def list(self, call: Call) -> Listing:
        """Get Transactions."""
        return self._listing(call.query)

    def list_expired(self, _: Call) -> Listing:
        """Get list of expired transactions."""
        return self._listing({"status": "EXPIRED"})

    def status(self, call: Call) -> Reply:
        """Get Transaction Status by Reference: in short, for anybody who knows it."""
        row = self._rows.transaction_by_reference(call.path["reference"])
        if row is None:
            raise not_found("Transaction")
        return data({name: row[name] for name in _SUMMARY})

    def detail(self, call: Call) -> Reply:
        """Get detailed payment status for a transaction: what is missing, what is too much."""
        row = self._named(call)
        received, expected = Decimal(row["actualAmount"]), Decimal(row["expectedAmount"])
        is_short = received < bounds(row)[0]
        detail = {
            "transactionId": row["id"],
            **{name: row[name] for name in ("reference", "status", "payoutStatus")},
            **{name: row[name] for name in ("expectedAmount", "actualAmount", "paymentTolerance")},
            "shortfallAmount": expected - received if is_short else ZERO,
            "excessAmount": excess(row),
            **{name: row[name] for name in ("refundAmount", "refundTxHash")},
            **{name: row[name] for name in ("blockConfirmations", "expiresAt")},
        }
        return data(detail)

    def refund_excess(self, call: Call) -> Reply:
        """Manually trigger refund for excess payment."""
        row = self._payments.refund_excess(self._named(call))
        names = ("refundAmount", "refundAddress", "refundTxHash", "status")
        return data({"transactionId": row["id"], **{name: row[name] for name in names}})

    def _named(self, call: Call) -> Row:
        row = self._rows.transaction(call.path["transactionId"])
        if row is None:
            raise not_found("Transaction")
        return row

    def _session(self, wanted: dict[str, Any]) -> Row | None:
        if "checkoutSessionId" not in wanted:
            return None
        session = self._rows.session(wanted["checkoutSessionId"])
        if session is None:
            raise not_found("Checkout session")
        is_over = instant_of("expiresAt", session["expiresAt"]) <= self._world.instant
        if session["status"] not in _OPEN_SESSIONS or is_over:
            status = "EXPIRED" if is_over else session["status"]
            raise conflict(f"A session that is {status} takes no transaction.")
        return session

    def _check_paper(
        self, field: str, wanted: dict[str, Any], known: Known, *, due: str, of: tuple[Decimal, str]
    ) -> None:
        """An invoice or link must exist, be paid in its currency and whole amount, and be open."""
        if field not in wanted:
            return
        paper = known(wanted[field])
        if paper is None:
            raise not_found("Invoice" if field == "invoiceId" else "Payment link")
        asked, (amount, currency) = Decimal(paper[due]), of
        if paper["currency"] != currency:
            raise bad_request("toCurrency", f"must be {paper['currency']} as on the {field}")
        if asked and asked != amount:
            raise bad_request("toAmount", f"must be {asked} as on the {field}")
        if paper["status"] in _CLOSED_PAPERS:
            raise conflict(f"The {field} is {paper['status']} and takes no payment.")

    def _listing(self, query: dict[str, Any]) -> Listing:
        ledger, wanted = self._world.ledger, _ledger_query(query)

        def rows(first: int, last: int) -> list[bytes]:
            return [whole(*row) for row in ledger.rows(wanted, first, last)]

        return Listing("transactions", ledger.total(wanted), rows)


def _sum(wanted: dict[str, Any], session: Row | None) -> tuple[Decimal, str]:
    """Amount and currency: the session's, which a body may only repeat, else the body's."""
    if session is None:
        return exact_in(Decimal(wanted["toAmount"]), wanted["toCurrency"], "toAmount"), wanted[
            "toCurrency"
        ]
    amount, currency = Decimal(session["amount"]), session["currency"]
    if wanted.get("toCurrency", currency) != currency:
        raise bad_request("toCurrency", f"must be {currency} as in the session")
    if Decimal(wanted.get("toAmount", amount)) != amount:
        raise bad_request("toAmount", f"must be {amount} as in the session")
    return amount, currency


def _kind(wanted: dict[str, Any], session: Row | None) -> str:
    if "invoiceId" in wanted:
        return "INVOICE"
    if "paymentLinkId" in wanted:
        return "PAYMENT_LINK"
    return "CHECKOUT" if session is not None else "DIRECT"


def _ledger_query(query: dict[str, Any]) -> ListQuery:
    since, until = query.get("startDate"), query.get("endDate")
    return ListQuery(
        page=1,
        limit=1,
        status=query.get("status"),
        since=None if since is None else instant_of("startDate", since),
        until=None if until is None else instant_of("endDate", until),
        by_update=query.get("sortBy") == "updatedAt",
        descending=query.get("sortOrder", "desc") == "desc",
    )
