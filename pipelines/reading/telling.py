"""A story in plain text, to be read on a terminal.

Belongs here: sections, their order, and lines that fit. Text from data cannot steer the terminal.
Stays out: what is told (see `story` and `timeline`).
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pipelines.reading.story import Story
from pipelines.reading.timeline import instant_shown
from reports.wording import counted, plain

Row = dict[str, Any]
WIDTH = 92


def told(stories: Sequence[Story]) -> str:
    """Every story of an id, one after the other."""
    rule = "\n" + "=" * WIDTH + "\n\n"
    return rule.join("\n".join(_lines(story)) + "\n" for story in stories)


def as_document(stories: Sequence[Story]) -> str:
    """The same facts as a JSON document: amounts are text, instants are in UTC."""
    told_of = [
        {name: value for name, value in asdict(story).items() if name != "words"}
        for story in stories
    ]
    return json.dumps({"stories": told_of}, indent=2) + "\n"


def _lines(story: Story) -> Iterator[str]:
    yield from _head(story)
    yield from _section("In order of time (UTC)", _events(story))
    yield from _section("How the two sides were linked", _links(story))
    yield from _section("How its bills stand", _bills(story))
    for row in story.breaks:
        yield from _section(f"Break {row['break_id']}", _break(row))
    yield from _section("Where a payment was looked for", _listings(story))
    yield from _section("What was in force", _in_force(story))
    yield from _section("Where it comes from", _sources(story))
    yield from _section("What people decided", _decisions(story))


def _head(story: Story) -> Iterator[str]:
    kinds = " and ".join(_article(kind) for kind in story.found_as)
    yield from _wrapped(f"{story.asked} is {kinds}.", indent=0)
    if story.case_id is None and story.bills:
        cases = len({bill["case_id"] for bill in story.bills})
        yield from _wrapped(f"It is told by {counted(cases, 'case', 'cases')}.", indent=0)
        return
    if story.case_id is None:
        yield from _wrapped(
            f"It stands in no case: as of {story.basis['as_of']} nothing of it is judged yet.",
            indent=0,
        )
        return
    status = story.match_status
    meaning = f" ({story.words[f'status:{status}']['meaning']})" if status else ""
    yield from _wrapped(
        f"Case {story.case_id}, business date {story.business_date}: "
        f"{status or 'holds no rows now'}{meaning}.",
        indent=0,
    )


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    """A section with its heading; nothing at all when it has no lines."""
    body = list(lines)
    if body:
        yield ""
        yield title
        yield from body


def _events(story: Story) -> Iterator[str]:
    for event in story.timeline:
        yield from _wrapped(f"{instant_shown(event.at)}  {event.sentence}", hanging=21)


def _links(story: Story) -> Iterator[str]:
    for link in story.links:
        order, transaction, rule = link["order_id"], link["transaction_id"], link["match_rule"]
        if rule:
            meaning = story.words[f"rule:{rule}"]["meaning"]
            yield from _wrapped(f"{order} and {transaction}: rule {rule}, {meaning}.")
            evidence = ", ".join(f"{name} {value}" for name, value in link["evidence"].items())
            yield from _wrapped(f"Evidence: {evidence}. Rules {link['rule_version']}.", indent=4)
        elif order and story.bills:
            yield from _wrapped(f"Order {order}: rule reference, it names a bill of this case.")
        elif order:
            yield from _wrapped(f"Order {order}: no rule found a transaction for it.")
        else:
            yield from _wrapped(f"Transaction {transaction}: no rule found an order for it.")


def _bills(story: Story) -> Iterator[str]:
    for bill in story.bills:
        if bill["charge_attempt_id"]:
            name = f"Charge attempt {bill['charge_attempt_id']}"
        else:
            name = f"Invoice {bill['invoice_id']}" if bill["invoice_id"] else "A missing period"
        meaning = story.words[f"status:{bill['match_status']}"]["meaning"]
        yield from _wrapped(f"{name}: {bill['match_status']} ({meaning}), in {bill['case_id']}.")


def _break(row: Row) -> Iterator[str]:
    assignee = f", assigned to {row['assignee']}" if row["assignee"] else ""
    age = counted(row["age_days"], "day", "days")
    yield from _wrapped(
        f"{row['state']}{assignee}, severity {row['severity']}, {age} old; "
        f"first seen {row['first_seen_date']}, last seen {row['last_seen_date']}."
    )
    if row["expected_amount"] is not None:
        yield from _wrapped(
            f"Expected {row['currency']} {row['expected_amount']}, received "
            f"{row['currency']} {row['actual_amount']}; impact {row['currency']} "
            f"{row['money_impact']}."
        )
    if row["evidence"].get("merged_into"):
        yield from _wrapped(f"It was merged into {row['evidence']['merged_into']}.")
    yield ""
    for code in row["codes"]:
        yield from _code(code)
    yield from _wrapped(_why_first(row["codes"]))


def _code(code: Row) -> Iterator[str]:
    impact = f"{code['currency']} {code['impact']}".strip() if code["impact"] else "not stated"
    name = code["code"]
    place = "primary" if code["is_primary"] else "secondary"
    yield from _wrapped(f"{name} ({place}, impact {impact}): {code['meaning'] or 'a code'}.")
    if code["detail"]:
        yield from _wrapped(code["detail"], indent=4)
    for fact in code["facts"]:
        threshold = f", threshold {fact['threshold']}" if fact.get("threshold") else ""
        subject = fact.get("transaction_id") or fact.get("id")
        yield from _wrapped(
            f"{subject}: {fact['field']} expected {fact['expected']}, "
            f"found {fact['actual']}{threshold}.",
            indent=4,
        )


def _why_first(codes: Sequence[Row]) -> str:
    first = codes[0]["code"]
    if len(codes) == 1:
        return f"{first} is the only code that holds."
    order = ", ".join(f"{code['code']} {code['precedence']}" for code in codes)
    return f"{first} is primary because it stands first in the order of precedence: {order}."


def _listings(story: Story) -> Iterator[str]:
    incomplete = [listing for listing in story.listings[:-1] if not listing["complete"]]
    for listing in [*incomplete, *story.listings[-1:]]:
        complete = "complete" if listing["complete"] else "NOT SHOWN COMPLETE"
        yield from _wrapped(
            f"Run {listing['run_id']} listed transactions from "
            f"{instant_shown(listing['window_from'])} to {instant_shown(listing['window_to'])}: "
            f"{listing['rows_received']} rows, {complete} ({listing['reason']})."
        )


def _in_force(story: Story) -> Iterator[str]:
    basis, schedule = story.basis, story.fee_schedule
    yield from _wrapped(
        f"As of {basis['as_of']} (cut-off of {basis['as_of_date']}, {basis['timezone']}); rules "
        f"{basis['rule_version']}, policy {basis['policy_version']}."
    )
    yield from _wrapped(
        f"Allowed: {basis['gateway_hours']} hours for the gateway, {basis['orders_hours']} hours "
        f"for orders, {basis['payout_days']} days for a payout, {basis['refund_days']} days for "
        "a refund."
    )
    yield from _wrapped(
        f"Fees from {schedule['valid_from']}: {schedule['percent']} %, tolerance "
        f"{schedule['tolerance']}."
        if schedule
        else "Fees: no schedule in force, so none is judged."
    )


def _sources(story: Story) -> Iterator[str]:
    for order in story.orders:
        yield from _wrapped(
            f"{order['order_id']}: {order['source_file']} line {order['source_row']},"
        )
        yield from _wrapped(f"sha256 {order['source_file_digest']}", indent=4)
    for session in story.sessions:
        yield from _wrapped(f"{session['session_id']}: landing/{session['source']}")
    for attempt in story.attempts:
        yield from _wrapped(f"{attempt['charge_attempt_id']}: landing/{attempt['source']}")
    for thing in (
        *story.transactions,
        *story.subscriptions,
        *story.authorizations,
        *story.invoices,
    ):
        name, versions = thing.values()
        for version in versions:
            yield from _wrapped(f"{name} version {version['version']}: landing/{version['source']}")
    for row in story.refused_rows:
        yield from _wrapped(f"refused: {row['source']} line {row['source_row']},")
        yield from _wrapped(f"sha256 {row['source_digest']}", indent=4)
        if row["mended_source"] is not None:
            place = f"{row['mended_source']} line {row['mended_row']}"
            yield from _wrapped(f"mended by {place}", indent=4)


def _decisions(story: Story) -> Iterator[str]:
    for action in story.actions:
        to = f" to {action['assignee']}" if action["assignee"] else ""
        yield from _wrapped(
            f"{instant_shown(action['decided_at'])}  {action['decided_by']}: {action['verb']}{to}, "
            f"{action['reason']}",
            hanging=21,
        )


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _wrapped(text: str, *, indent: int = 2, hanging: int = 2) -> list[str]:
    """The text in lines that fit, without anything in it that could steer a terminal."""
    return textwrap.wrap(
        plain(text),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging if indent else 0),
        break_long_words=False,
        break_on_hyphens=False,
    )
