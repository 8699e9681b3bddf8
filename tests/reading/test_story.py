"""Every id tells its story: what came when, which rule linked it, what was allowed, what holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import Result
from oracle.makers import AS_OF, make_order, make_transaction, make_world
from oracle.worlds import random_world

from pipelines.faults import ConfigurationFault
from pipelines.reading.snapshot import open_snapshot
from pipelines.reading.story import Story, stories_of
from pipelines.reading.telling import WIDTH, as_document, told
from pipelines.settings import Places


def rows(places: Places, query: str) -> list[tuple[Any, ...]]:
    with open_snapshot(places.published) as connection:
        return connection.execute(query).fetchall()


def one_line(text: str) -> str:
    """The text with its line breaks and indents undone."""
    return " ".join(text.split())


def only(stories: list[Story]) -> Story:
    assert len(stories) == 1
    return stories[0]


def require_whole(places: Places) -> None:
    """Every break of a snapshot explains itself by all of its ids, codes and amounts."""
    breaks = rows(
        places,
        "select break_id, case_id, code, secondary_codes, detail, money_impact "
        "from reconciled.breaks order by break_id",
    )
    assert breaks
    for break_id, case_id, code, secondary, detail, impact in breaks:
        story = only(stories_of(places, break_id))
        assert story.case_id == case_id
        own = story.breaks[0]
        assert [held["code"] for held in own["codes"]] == [code, *secondary]
        assert own["codes"] == sorted(own["codes"], key=lambda held: held["precedence"])
        assert all(held["meaning"] and held["impact"] is not None for held in own["codes"])
        assert Decimal(own["money_impact"]) == impact
        assert Decimal(own["codes"][0]["impact"]) == impact
        text = told([story])
        assert one_line(detail) in one_line(text)
        assert all(held["code"] in text for held in own["codes"])
        assert max(map(len, text.splitlines())) <= WIDTH


def test_every_break_of_a_book_explains_itself(book: Places) -> None:
    require_whole(book)


def test_every_break_of_a_random_world_explains_itself(published: Callable[..., Places]) -> None:
    require_whole(published(random_world(0)))


@pytest.mark.parametrize(
    "kind", ["order", "transaction", "session", "case", "break", "reference", "transaction hash"]
)
def test_every_kind_of_id_leads_to_the_same_case(book: Places, kind: str) -> None:
    order, transaction, session, case, break_id, reference, deposit = rows(
        book,
        "select breaks.order_id, breaks.transaction_id, transactions.checkout_session_id, "
        "breaks.case_id, breaks.break_id, reference, deposit_tx_hash "
        "from reconciled.breaks as breaks "
        "inner join validated.transactions as transactions using (transaction_id) "
        "where code = 'AMOUNT_MISMATCH' and checkout_session_id is not null order by break_id",
    )[0]
    asked = {
        "order": order,
        "transaction": transaction,
        "session": session,
        "case": case,
        "break": break_id,
        "reference": reference,
        "transaction hash": deposit,
    }[kind]
    story = only(stories_of(book, asked))
    assert (story.found_as, story.case_id) == ([kind], case)
    assert [row["order_id"] for row in story.orders] == [order]
    assert [row["transaction_id"] for row in story.transactions] == [transaction]
    assert session in [row["session_id"] for row in story.sessions]


def test_a_matched_order_tells_its_file_line_and_digest_and_the_rule(book: Places) -> None:
    order_id, digest, line, rule = rows(
        book,
        "select order_id, source_file_digest, source_row, match_rule from reconciled.matches "
        "inner join validated.orders using (order_id) where match_status = 'MATCHED_EXACT' "
        "order by order_id",
    )[0]
    story = only(stories_of(book, order_id))
    text = told([story])
    assert f"sha256 {digest}" in text
    assert f"line {line}," in text
    assert f"rule {rule}," in text
    assert "MATCHED_EXACT (matched exactly)" in text
    assert "Judged MATCHED_EXACT; no break." in text
    assert story.transactions[0]["versions"][0]["source"].startswith("transactions/night/")


def test_the_thresholds_in_force_and_the_fee_schedule_are_told(book: Places) -> None:
    text = one_line(
        told(stories_of(book, rows(book, "select case_id from reconciled.breaks")[0][0]))
    )
    assert "Allowed: 24 hours for the gateway, 24 hours for orders, 3 days for a payout" in text
    assert "Fees from 2026-01-01: 1 %, tolerance 0.01." in text


def test_a_missing_payment_tells_where_it_was_looked_for(book: Places) -> None:
    break_id = rows(
        book, "select break_id from reconciled.breaks where code = 'MISSING_IN_GATEWAY'"
    )[0][0]
    story = only(stories_of(book, break_id))
    assert [listing["complete"] for listing in story.listings] == [True]
    assert "Where a payment was looked for" in told([story])


def test_events_stand_in_order_of_time(book: Places) -> None:
    for (order_id,) in rows(book, "select order_id from validated.orders order by all limit 5"):
        timeline = only(stories_of(book, order_id)).timeline
        assert [event.at[:19] for event in timeline] == sorted(event.at[:19] for event in timeline)
        assert timeline[-1].kind == "judged"


def test_json_says_the_same_with_money_as_text(book: Places, recon: Callable[..., Result]) -> None:
    for (break_id,) in rows(book, "select break_id from reconciled.breaks order by all limit 5"):
        document = recon(book, "explain", break_id, "--json").output
        read = json.loads(document, parse_float=lambda text: pytest.fail(f"a float: {text}"))
        assert (
            json.dumps(read, indent=2) + "\n" == document == as_document(stories_of(book, break_id))
        )
        assert isinstance(read["stories"][0]["breaks"][0]["money_impact"], str)


@pytest.fixture(scope="module")
def oddities(published: Callable[..., Places]) -> Places:
    """A payment a cent short and of two versions, its former break, a note; names used twice; rows
    that wait or were refused."""
    first = make_transaction(external_id="K1", fiat_amount="999.99", payout_status="PENDING")
    second = replace(
        first,
        payout_status="COMPLETED",
        updated_at=first.updated_at + timedelta(hours=1),
        recorded_from=first.recorded_from + timedelta(days=1),
    )
    namesake = make_transaction(transaction_id="SAME", fiat_amount="5")
    waiting = make_order(order_id="K2", placed_at=AS_OF + timedelta(hours=1))
    return published(
        make_world(
            orders=[make_order(), make_order(order_id="SAME"), waiting],
            transactions=[first, second, namesake],
        ),
        "insert into reconciled.breaks by name select * replace ("
        "'brk_former' as break_id, 'order:K0' as case_id, 'auto_resolved' as state, "
        'json_merge_patch(evidence, \'{"merged_into": "order:K1"}\')::varchar as evidence) '
        "from reconciled.breaks where case_id = 'order:K1'",
        "insert into ops.actions (action_no, verb, case_id, reason, decided_by, decided_at, "
        "effective_at) values (1, 'note', 'order:K1', "
        "'asked the ' || chr(27) || '[31mbank', 'Ada', '2026-11-01 10:00+00', "
        "'2026-11-01 00:00+00')",
        "insert into validated.quarantine values ('orders', 'orders.csv', 'abcdef0123456789', 9, "
        "'K9', 'amount \"x\" is not a number.', [], '2026-11-01 00:00+00')",
    )


def test_what_changed_between_versions_is_told(oddities: Places) -> None:
    story = only(stories_of(oddities, "T1"))
    first, second = story.transactions[0]["versions"]
    change = {"field": "payout_status", "before": "PENDING", "after": "COMPLETED"}
    assert (first["changed"], second["changed"]) == ([], [change])
    assert (
        "version 2 is taken in: payout_status PENDING \N{RIGHTWARDS ARROW} COMPLETED"
        in one_line(told([story]))
    )


def test_an_order_and_a_transaction_of_one_name_are_both_told(oddities: Places) -> None:
    stories = stories_of(oddities, "SAME")
    assert [(story.found_as, story.case_id) for story in stories] == [
        (["order"], "order:SAME"),
        (["transaction"], "transaction:SAME"),
    ]
    assert told(stories).count("SAME is a") == 2


def test_an_order_not_judged_yet_is_told_as_waiting(oddities: Places) -> None:
    story = only(stories_of(oddities, "K2"))
    assert (story.case_id, len(story.orders)) == (None, 1)
    assert "nothing of it is judged yet" in one_line(told([story]))


def test_actions_are_told_and_cannot_steer_the_terminal(oddities: Places) -> None:
    text = one_line(told(stories_of(oddities, "K1")))
    assert "Ada: note, asked the \N{REPLACEMENT CHARACTER}[31mbank" in text


def test_a_break_that_was_merged_is_told_on_both_sides(oddities: Places) -> None:
    text = one_line(told(stories_of(oddities, "K1")))
    assert "Break brk_former is auto_resolved, merged into order:K1" in text
    former = only(stories_of(oddities, "brk_former"))
    assert (former.case_id, former.match_status) == ("order:K0", None)
    assert "It was merged into order:K1." in told([former])


def test_a_refused_row_is_told_by_its_key(oddities: Places) -> None:
    story = only(stories_of(oddities, "K9"))
    assert story.found_as == ["refused row"]
    assert 'orders.csv line 9: amount "x" is not a number.' in one_line(told([story]))


@pytest.mark.parametrize("asked", ["nope", "", "' or 1 = 1 --", "\udcff", "x" * 5000, "\x1b[2J"])
def test_an_unknown_id_names_what_was_searched(
    book: Places, recon: Callable[..., Result], fault_of: Callable, asked: str
) -> None:
    fault = fault_of(recon(book, "explain", asked))
    assert isinstance(fault, ConfigurationFault)
    assert fault.sentence.startswith(
        "No order, transaction, checkout session, subscription, authorization, invoice, charge "
        "attempt, reference, case or break of the snapshot"
    )
    assert "\x1b" not in str(fault)
    assert len(str(fault)) < 500


def test_a_version_that_came_too_late_is_told_as_such(published: Callable[..., Places]) -> None:
    places = published(
        make_world((), [make_transaction()]),
        "update validated.transactions_history set is_outdated = true",
    )
    assert "Transaction T1 version 1 is taken in when a newer one was known: COMPLETED" in one_line(
        told(stories_of(places, "T1"))
    )
