"""Section 3: the cases that links form, and the money that reached each of them.

How two rows are linked is told elsewhere; what a case means (its codes, its status) stays out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from oracle.ages import Dated
from oracle.bill_links import Bill, bills, missing_periods, parent_invoices, period_id
from oracle.bills import ChargeAttempt, Invoice, Price, Subscription
from oracle.links import Link, candidates, certain_links
from oracle.world import Order, TransactionVersion, World

Row = tuple[str, str]
KINDS = ("order", "transaction", "invoice", "attempt")
AnyDated = TypeVar("AnyDated", bound=Dated)


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A SUCCEEDED attempt. Where it tells no amount or currency, its invoice's count."""

    attempt: ChargeAttempt
    invoice: Invoice | None
    amount: Decimal
    currency: str

    @property
    def created_at(self) -> datetime:
        return self.attempt.created_at


class Payment(NamedTuple):
    """Money that reached an order: a COMPLETED transaction, or a charge of an invoice it joined."""

    kind: str  # transaction or attempt
    row_id: str
    amount: Decimal
    currency: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """Rows joined by links, oldest first. In a suggested or ambiguous case no link is taken."""

    orders: tuple[Order, ...] = ()
    transactions: tuple[TransactionVersion, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    attempts: tuple[ChargeAttempt, ...] = ()
    period: Subscription | None = None
    price: Price | None = None
    links: tuple[Link, ...] = ()
    bills: tuple[Bill, ...] = ()
    kind: str = "linked"  # linked, suggested or ambiguous

    @property
    def case_id(self) -> str:
        if self.orders:
            return f"order:{self.orders[0].order_id}"
        if self.transactions:
            return f"transaction:{self.transactions[0].transaction_id}"
        if self.invoices:
            return f"invoice:{self.invoices[0].invoice_id}"
        if self.attempts:
            return f"attempt:{self.attempts[0].charge_attempt_id}"
        assert self.period is not None
        return f"period:{period_id(self.period)}"

    @property
    def currency(self) -> str:
        """The order's, else the transaction's, else the bill's; empty where nothing tells one."""
        told = [order.currency for order in self.orders]
        told += [transaction.fiat_currency for transaction in self.transactions]
        told += [invoice.currency for invoice in self.invoices]
        told += [attempt.currency for attempt in self.attempts if attempt.currency]
        told += [self.price.currency] if self.price else []
        return told[0] if told else ""

    @property
    def subscription_id(self) -> str | None:
        """That of the oldest invoice, else of the oldest attempt, else of the period."""
        billed = [invoice.billed_subscription_id for invoice in self.invoices]
        billed += [attempt.charged_subscription_id for attempt in self.attempts]
        billed += [self.period.subscription_id] if self.period else []
        return billed[0] if billed else None

    @property
    def completed(self) -> list[TransactionVersion]:
        return [transaction for transaction in self.transactions if transaction.is_completed]

    @property
    def charges(self) -> list[Charge]:
        invoices = {invoice.invoice_id: invoice for invoice in self.invoices}
        found = []
        for attempt in self.attempts:
            invoice = None if attempt.is_orphan else invoices.get(attempt.charged_invoice_id)
            amount = attempt.amount if attempt.amount is not None or not invoice else invoice.amount
            currency = attempt.currency or (invoice.currency if invoice else "")
            charge = Charge(
                attempt=attempt, invoice=invoice, amount=amount or Decimal(0), currency=currency
            )
            found += [charge] if attempt.has_succeeded else []
        return found

    def charges_of(self, invoice: Invoice) -> list[Charge]:
        return [charge for charge in self.charges if charge.invoice == invoice]

    @property
    def received_charges(self) -> list[Charge]:
        """Where an order joined: its charges, less those that a payment here shows once more."""
        shown = {payment.deposit_tx_hash for payment in self.completed if payment.deposit_tx_hash}
        return [each for each in self.charges if self.orders and each.attempt.tx_hash not in shown]

    @property
    def payments(self) -> list[Payment]:
        return paid_by(self.completed, self.received_charges)

    def payments_of(self, order: Order) -> list[Payment]:
        """Those directly linked to the order: of an invoice that it joined, every charge."""
        joined = {
            (bill.kind, bill.row_id) for bill in self.bills if bill.order_id == order.order_id
        }
        charges = [
            charge
            for charge in self.received_charges
            if ("attempt", charge.attempt.charge_attempt_id) in joined
            or (charge.invoice and ("invoice", charge.invoice.invoice_id) in joined)
        ]
        completed = [each for each in self.transactions_of(order) if each.is_completed]
        return paid_by(completed, charges)

    def transactions_of(self, order: Order) -> list[TransactionVersion]:
        """Those directly linked to the order."""
        ids = {link.transaction_id for link in self.links if link.order_id == order.order_id}
        return [each for each in self.transactions if each.transaction_id in ids]

    def orders_of(self, transaction: TransactionVersion) -> list[Order]:
        """Those directly linked to the transaction."""
        wanted = transaction.transaction_id
        ids = {link.order_id for link in self.links if link.transaction_id == wanted}
        return [each for each in self.orders if each.order_id in ids]


def paid_by(completed: Iterable[TransactionVersion], charges: Iterable[Charge]) -> list[Payment]:
    """Earliest first."""
    payments = [
        Payment(
            "transaction",
            each.transaction_id,
            each.fiat_amount,
            each.fiat_currency,
            each.created_at,
        )
        for each in completed
    ]
    payments += [
        Payment(
            "attempt", each.attempt.charge_attempt_id, each.amount, each.currency, each.created_at
        )
        for each in charges
    ]
    return sorted(payments, key=lambda each: (each.created_at, each.row_id))


def form_cases(world: World) -> list[Case]:
    """Every judged row in exactly one case, and one case for every missing period."""
    certain = certain_links(world)
    joined = bills(world)
    guessed = dict.fromkeys(
        candidates(world, certain, billed=[bill.order_id for bill in joined]), "amount_window"
    )
    links = [Link(*pair, rule) for pair, rule in (certain | guessed).items()]
    edges: list[tuple[Row, Row]] = [
        (("order", link.order_id), ("transaction", link.transaction_id)) for link in links
    ]
    edges += [(("order", bill.order_id), (bill.kind, bill.row_id)) for bill in joined]
    edges += [
        (("attempt", attempt_id), ("invoice", invoice_id))
        for attempt_id, invoice_id in parent_invoices(world).items()
    ]
    held = Held.of(world)
    cases = [
        case_of(group, held, links=links, joined=joined) for group in components(held.rows, edges)
    ]
    prices = {price.price_id: price for price in world.prices}
    return cases + [
        Case(period=each, price=prices.get(each.price_id or "")) for each in missing_periods(world)
    ]


@dataclass(frozen=True, kw_only=True)
class Held:
    """All judged rows by their id."""

    order: Mapping[str, Order]
    transaction: Mapping[str, TransactionVersion]
    invoice: Mapping[str, Invoice]
    attempt: Mapping[str, ChargeAttempt]

    @classmethod
    def of(cls, world: World) -> "Held":
        return cls(
            order={each.order_id: each for each in world.judged_orders()},
            transaction={each.transaction_id: each for each in world.judged_transactions()},
            invoice={each.invoice_id: each for each in world.judged_invoices()},
            attempt={each.charge_attempt_id: each for each in world.judged_attempts()},
        )

    @property
    def rows(self) -> list[Row]:
        return [
            *(("order", each) for each in self.order),
            *(("transaction", each) for each in self.transaction),
            *(("invoice", each) for each in self.invoice),
            *(("attempt", each) for each in self.attempt),
        ]


def case_of(
    group: frozenset[Row], held: Held, *, links: Iterable[Link], joined: Iterable[Bill]
) -> Case:
    """The rows of one group, each kind oldest first, the smaller id where they are as old."""
    own = sorted(link for link in links if ("order", link.order_id) in group)
    ids = {kind: sorted(row_id for each, row_id in group if each == kind) for kind in KINDS}
    return Case(
        orders=tuple(
            sorted((held.order[each] for each in ids["order"]), key=lambda row: row.placed_at)
        ),
        transactions=oldest_first(held.transaction[each] for each in ids["transaction"]),
        invoices=oldest_first(held.invoice[each] for each in ids["invoice"]),
        attempts=oldest_first(held.attempt[each] for each in ids["attempt"]),
        links=tuple(own),
        bills=tuple(sorted(bill for bill in joined if ("order", bill.order_id) in group)),
        kind=kind_of(own),
    )


def oldest_first(rows: Iterable[AnyDated]) -> tuple[AnyDated, ...]:
    """Rows of the same instant keep their order."""
    return tuple(sorted(rows, key=lambda row: row.created_at))


def kind_of(links: list[Link]) -> str:
    guessed = [link for link in links if link.rule == "amount_window"]
    if not guessed:
        return "linked"
    return "suggested" if len(guessed) == 1 else "ambiguous"


def components(rows: Iterable[Row], edges: Iterable[tuple[Row, Row]]) -> list[frozenset[Row]]:
    """The sets of rows that hang together by edges."""
    group = {row: frozenset([row]) for row in rows}
    for one, other in edges:
        merged = group[one] | group[other]
        for row in merged:
            group[row] = merged
    return list(dict.fromkeys(group.values()))
