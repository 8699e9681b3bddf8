"""Invoices, charge attempts, subscriptions and authorizations tell their stories like the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from oracle.bill_makers import (
    CHARGED_AT,
    make_attempt,
    make_authorization,
    make_invoice,
    make_price,
    make_subscription,
)
from oracle.makers import AS_OF, make_order, make_world

from pipelines.reading.story import Story, stories_of
from pipelines.reading.telling import WIDTH, told
from pipelines.settings import Places


def one_line(stories: list[Story]) -> str:
    """The text with its line breaks and indents undone."""
    return " ".join(told(stories).split())


def only(stories: list[Story]) -> Story:
    assert len(stories) == 1
    return stories[0]


@pytest.fixture(scope="module")
def billed(published: Callable[..., Places]) -> Places:
    """Invoice I1 charged twice, an order that paid invoice I2, and one that waits."""
    second = make_attempt(charge_attempt_id="A2", tx_hash="0xbeef", amount="1000")
    failed = make_attempt(charge_attempt_id="A0", status="FAILED", created_at=CHARGED_AT)
    paying = make_attempt(charge_attempt_id="A3", invoice_id="I2")
    waiting = make_invoice(invoice_id="I3", created_at=AS_OF + timedelta(hours=1))
    return published(
        make_world(
            orders=[make_order(transaction_ref="INV-2")],
            subscriptions=(make_subscription(),),
            prices=(make_price(),),
            invoices=(
                make_invoice(),
                make_invoice(invoice_id="I2", merchant_invoice_id="INV-2"),
                waiting,
            ),
            attempts=(make_attempt(), second, failed, paying),
            authorizations={"S1": (make_authorization(),)},
        ),
        "update validated.charge_attempts set error_code = 'NO_FUNDS' "
        "where charge_attempt_id = 'A0'",
        "update reconciled.charge_failures set error_code = 'NO_FUNDS', failure_class = 'soft'",
    )


@pytest.mark.parametrize(
    ("asked", "kind", "case"),
    [
        ("I1", "invoice", "invoice:I1"),
        ("A1", "charge attempt", "invoice:I1"),
        ("0xbeef", "charge attempt", "invoice:I1"),
        ("invoice:I1", "case", "invoice:I1"),
        ("I2", "invoice", "order:K1"),
        ("INV-2", "invoice", "order:K1"),
        ("A3", "charge attempt", "order:K1"),
        ("I3", "invoice", None),
        ("S1", "subscription", None),
        ("Z1", "authorization", None),
    ],
)
def test_every_id_of_a_bill_leads_to_its_case(
    billed: Places, asked: str, kind: str, case: str | None
) -> None:
    story = only(stories_of(billed, asked))
    assert (story.found_as, story.case_id) == ([kind], case)


def test_an_invoice_tells_its_charges_and_why_it_is_a_break(billed: Places) -> None:
    stories = stories_of(billed, "I1")
    text = one_line(stories)
    assert "Invoice I1 of subscription S1 is made: NGN 1000.00." in text
    assert "Charge attempt A0 on invoice I1: FAILED, NO_FUNDS (soft, it may be tried again)" in text
    assert "DUPLICATE_CHARGE (primary, impact NGN 1000.00): one invoice was charged more" in text
    assert "Authorization Z1 version 1 is taken in: ACTIVE, allowance 5000, spent 5000" in text
    assert "I1 version 1: landing/s" in text
    assert max(map(len, told(stories).splitlines())) <= WIDTH


def test_a_subscription_is_one_story_of_all_its_cases(billed: Places) -> None:
    story = only(stories_of(billed, "S1"))
    assert {bill["case_id"] for bill in story.bills} == {"invoice:I1", "order:K1"}
    assert [row["code"] for row in story.breaks] == ["DUPLICATE_CHARGE"]
    text = one_line([story])
    assert "S1 is a subscription. It is told by 2 cases." in text
    assert "Charge attempt A3: MATCHED_EXACT (matched exactly), in order:K1." in text


def test_an_order_tells_that_it_names_a_bill(billed: Places) -> None:
    text = one_line(stories_of(billed, "K1"))
    assert "Order K1: rule reference, it names a bill of this case." in text
    assert "Where a payment was looked for" not in text


def test_an_invoice_that_waits_says_so(billed: Places) -> None:
    assert "nothing of it is judged yet" in one_line(stories_of(billed, "I3"))
