"""Section 4, the eight codes of subscriptions, in their order, and each one's exact impact.

Each judge answers with the amounts that its code is about, or nothing where it does not hold; only
amounts in the case's currency add. Codes about orders and transactions stay out.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from oracle.ages import older_than_orders_sla
from oracle.bills import AuthorizationVersion, ChargeAttempt
from oracle.cases import Case, Charge
from oracle.world import World

ZERO = Decimal(0)


class Finding(NamedTuple):
    """An amount that a code is about, and its currency."""

    amount: Decimal
    currency: str


def subscription_codes(case: Case, world: World) -> dict[str, Decimal]:
    """The codes that hold, in order of precedence, with their unrounded impacts."""
    found = {code: list(judge(case, world)) for code, judge in JUDGES.items()}
    return {
        code: sum((each.amount for each in findings if each.currency == case.currency), ZERO)
        for code, findings in found.items()
        if findings
    }


def paid_without_charge(case: Case, _: World) -> Iterable[Finding]:
    for invoice in case.invoices:
        if invoice.is_paid and not case.charges_of(invoice):
            yield Finding(-invoice.amount, invoice.currency)


def charged_unpaid(case: Case, world: World) -> Iterable[Finding]:
    """The age is that of the charge: until then the invoice may still follow."""
    for invoice in case.invoices:
        charges = case.charges_of(invoice)
        if not invoice.is_paid and any(older_than_orders_sla(each, world) for each in charges):
            yield from (Finding(charge.amount, charge.currency) for charge in charges)


def duplicate_charge(case: Case, _: World) -> Iterable[Finding]:
    for invoice in case.invoices:
        charges = case.charges_of(invoice)
        if len(charges) >= 2:
            yield Finding(-invoice.amount, invoice.currency)
            yield from (Finding(charge.amount, charge.currency) for charge in charges)


def charge_amount_mismatch(case: Case, _: World) -> Iterable[Finding]:
    """In another currency nothing of the invoice's was charged."""
    for invoice in case.invoices:
        charges = case.charges_of(invoice)
        asked = (invoice.amount, invoice.currency)
        if len(charges) == 1 and (charges[0].amount, charges[0].currency) != asked:
            yield Finding(-invoice.amount, invoice.currency)
            yield Finding(charges[0].amount, charges[0].currency)


def charge_after_cancel(case: Case, world: World) -> Iterable[Finding]:
    for charge in case.charges:
        limits = end_of_service(charge.attempt, world)
        if any(is_attempted_after(charge.attempt, limit) for limit in limits):
            yield Finding(charge.amount, charge.currency)


def end_of_service(attempt: ChargeAttempt, world: World) -> list[datetime | None]:
    """`canceled_at`, and the period's end where the subscription cancels there."""
    return [
        limit
        for each in world.judged_subscriptions()
        if each.subscription_id == attempt.charged_subscription_id
        for limit in (
            each.canceled_at,
            each.current_period_end_at if each.cancel_at_period_end else None,
        )
    ]


def authorisation_breach(case: Case, world: World) -> Iterable[Finding]:
    """Only charges that took money: an attempt that failed has breached nothing."""
    for charge in case.charges:
        authorization = world.judged_authorization(charge.attempt.charged_subscription_id)
        if authorization is not None and breaches(charge, authorization, world):
            yield Finding(charge.amount, charge.currency)


def breaches(charge: Charge, authorization: AuthorizationVersion, world: World) -> bool:
    limits = (authorization.expires_at, revoked_at(authorization, world))
    overspent = authorization.is_overspent and is_latest_charge(charge.attempt, world)
    return overspent or any(is_attempted_after(charge.attempt, limit) for limit in limits)


def revoked_at(authorization: AuthorizationVersion, world: World) -> datetime | None:
    """As told; where none is, when the first version held that says so was changed or taken in."""
    if authorization.revoked_at is not None or authorization.status != "REVOKED":
        return authorization.revoked_at
    saying_so = [
        version
        for version in world.authorizations[authorization.subscription_id]
        if version.authorization_id == authorization.authorization_id
        and version.status == "REVOKED"
    ]
    return saying_so[0].updated_at or saying_so[0].recorded_from


def is_latest_charge(attempt: ChargeAttempt, world: World) -> bool:
    """The charge that carried the sum over the allowance can only be the subscription's last."""
    rivals = [
        each
        for each in world.judged_attempts()
        if each.has_succeeded and each.charged_subscription_id == attempt.charged_subscription_id
    ]
    return attempt == max(rivals, key=when_attempted)


def when_attempted(attempt: ChargeAttempt) -> tuple[datetime, str]:
    return attempt.attempted_at or attempt.created_at, attempt.charge_attempt_id


def is_attempted_after(attempt: ChargeAttempt, limit: datetime | None) -> bool:
    """Strictly after; without an instant nothing is claimed."""
    return limit is not None and attempt.attempted_at is not None and attempt.attempted_at > limit


def missed_billing(case: Case, _: World) -> Iterable[Finding]:
    """A period stands in a case only where it is missing; a price nobody knows counts as 0."""
    if case.period is not None:
        yield Finding(-case.price.amount, case.price.currency) if case.price else Finding(ZERO, "")


def orphan_charge_attempt(case: Case, _: World) -> Iterable[Finding]:
    return [Finding(ZERO, case.currency) for attempt in case.attempts if attempt.is_orphan]


JUDGES: dict[str, Callable[[Case, World], Iterable[Finding]]] = {
    "INVOICE_PAID_WITHOUT_CHARGE": paid_without_charge,
    "CHARGED_INVOICE_UNPAID": charged_unpaid,
    "DUPLICATE_CHARGE": duplicate_charge,
    "CHARGE_AMOUNT_MISMATCH": charge_amount_mismatch,
    "CHARGE_AFTER_CANCEL": charge_after_cancel,
    "AUTHORISATION_BREACH": authorisation_breach,
    "MISSED_BILLING": missed_billing,
    "ORPHAN_CHARGE_ATTEMPT": orphan_charge_attempt,
}
SUBSCRIPTION_CODES = tuple(JUDGES)
