"""The rows of `reconciled.subscription_matches`: one per invoice, attempt and missing period.

Status and business date are those of the row's case; how these come about stays out.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from oracle.proof import Judged


class SubscriptionMatch(NamedTuple):
    """One row; an empty text where it has no invoice or no attempt."""

    case_id: str
    subscription_id: str
    invoice_id: str
    charge_attempt_id: str
    match_status: str
    business_date: date


def subscription_matches(judged: Iterable[Judged]) -> tuple[SubscriptionMatch, ...]:
    return tuple(sorted(match for each in judged for match in matches_of(each)))


def matches_of(judged: Judged) -> Iterable[SubscriptionMatch]:
    case = judged.case
    rows = [(each.billed_subscription_id, each.invoice_id, "") for each in case.invoices]
    rows += [
        (each.charged_subscription_id, each.charged_invoice_id, each.charge_attempt_id)
        for each in case.attempts
    ]
    rows += [(case.period.subscription_id, "", "")] if case.period else []
    for row in rows:
        yield SubscriptionMatch(case.case_id, *row, judged.match_status, judged.business_date)
