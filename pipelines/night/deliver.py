"""Publishing and delivering: the snapshot in place, the report rendered from it, the mail sent.

Belongs here: the order of the last effects of a night, also of a failed one.
Stays out: who is mailed (`mailing`), and how a page or a mail looks (`reports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.faults import ClaimBroken, ConfigurationFault, ReconFault
from pipelines.night.frame import Frame, Store
from pipelines.night.mailing import deliver_failure, mail_report, settle_outbox
from pipelines.night.stored import published_figures, published_reports
from pipelines.warehouse import closing, publication
from pipelines.warehouse.closing import reasons_for_red
from pipelines.warehouse.drawn import forget_replaced
from pipelines.warehouse.holdings import totals
from pipelines.warehouse.month_ends import PACK
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.store import transaction, writer_lock
from pipelines.warehouse.verification import require_whole
from pipelines.warehouse.verification.files import sha256_of
from pipelines.warehouse.verification.standing import key_digest
from reports.files import file_reports
from reports.index import write_index
from reports.kinds import NAMES, REPORTS
from reports.outbox import Delivery, Outbox
from reports.wording import is_month_end, plain


@dataclass(frozen=True)
class Published:
    """The verdict of a run, and the digest of the snapshot that carries it."""

    outcome: str
    reasons: tuple[str, ...]
    snapshot_digest: str
    path: Path


@dataclass(frozen=True)
class Delivered:
    """The report's files and what became of its mails, one a route."""

    files: tuple[Path, ...]
    deliveries: tuple[Delivery, ...]
    figures: Mapping[str, Any]

    @property
    def mail(self) -> str:
        """What became of the mails in a word or two: "sent", or "sent and failed"."""
        return " and ".join(dict.fromkeys(one.state for one in self.deliveries)) or "not due"


def publish(frame: Frame) -> Published:
    """Write the snapshot, close the run, and put the snapshot in place."""
    with frame.store() as store:
        require_own_judgement(store)
        require_whole(frame.places, store.connection)
        _look_at_outbox(frame, store)
        published = settle(frame, store)
        digest = published.snapshot_digest
        fresh = publication.publish(store.connection, frame.places, tell=frame.tell)
        file_digest = sha256_of(fresh.path)
        close_run(frame, store, {"sha256": file_digest, "snapshot_digest": digest})
        publication.replace(fresh, frame.places)
        publication.note(store.connection, file_digest)
        unknown = store.connection.execute(script("work/unknown_failures")).fetchall()
    for word, attempts in unknown:
        frame.tell(
            f"charges failed for a reason of no known class: {plain(word)}, {attempts} "
            "(see reconciled.charge_failures)"
        )
    how = "the former file carried on" if fresh.is_carried else "written whole"
    frame.tell(f"published: verdict {published.outcome}, snapshot {digest[:12]}, {how}")
    return published


def settle(frame: Frame, store: Store) -> Published:
    """Write the run's verdict and the digest of what it is about to publish."""
    require_own_judgement(store)
    reasons = reasons_for_red(store.connection, store.run)
    outcome = "red" if reasons else "green"
    digest = publication.digest_of(publication.kept_control_totals(store.connection))
    with transaction(store.connection):
        closing.finish(
            store.connection,
            store.run.run_id,
            outcome=outcome,
            reasons=reasons,
            snapshot_digest=digest,
        )
    return Published(outcome, tuple(reasons), digest, frame.places.published)


def close_run(frame: Frame, store: Store, published: Mapping[str, str]) -> None:
    """Close the run if that was not done before, and say what readers get and what we hold."""
    is_closed = closing.is_closed(store.connection, store.run.run_id)

    def work() -> Mapping[str, Any]:
        posted = {} if is_closed else closing.close(store.connection, store.run)
        forget_replaced(store.connection)
        return {
            "run": store.run.run_id,
            **posted,
            "published": published,
            "totals": totals(store.connection),
            "email_key": key_digest(frame.places.control / "email.key"),
        }

    store.chain.commit(store.connection, "publication" if is_closed else "closing", work)


def _look_at_outbox(frame: Frame, store: Store) -> None:
    """Note what changed in the outbox; addresses and servers' answers stay out of the store."""
    rows = store.connection.execute("select * from ops.deliveries").fetchall()
    held = {row[0]: list(row) for row in rows}
    known = {
        key: [key, one.state, one.message_id, _instant(one.at)]
        for key, one in Outbox(frame.places.outbox).all().items()
    }
    noted = [row for key, row in sorted(known.items()) if held.get(key) != row]
    gone = sorted(held.keys() - known.keys())
    if noted or gone:
        note_deliveries(store, noted, gone)


def note_deliveries(store: Store, noted: Sequence[Sequence[Any]], gone: Sequence[str]) -> None:
    """Replace the rows of some deliveries and drop those of others, as one commit."""

    def work() -> Mapping[str, Any]:
        for key in [*(row[0] for row in noted), *gone]:
            store.connection.execute("delete from ops.deliveries where delivery_key = ?", [key])
        for row in noted:
            store.connection.execute("insert into ops.deliveries values (?, ?, ?, ?)", list(row))
        told = [[*row[:3], row[3].isoformat() if row[3] else None] for row in noted]
        return {"run": store.run.run_id, "noted": told, "gone": list(gone)}

    store.chain.commit(store.connection, "deliveries", work)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def require_own_judgement(store: Store) -> None:
    """Refuse to publish tables that another run judged since, such as after a partial re-run."""
    judged = first_row(store.connection, "select as_of from reconciled.basis")
    own = judged is not None and judged[0] == store.run.as_of
    if not own or not closing.has_turn(store.connection, store.run):
        raise ClaimBroken(
            "The reconciled tables were judged by another run than this one.",
            "Run the whole date again, not a part of it.",
        )


def deliver(frame: Frame) -> Delivered:
    """Render the reports of the run's as-of from the published snapshot and mail them."""
    with frame.store() as store:
        row = first_row(store.connection, "select as_of_date from reconciled.basis")
        late = store.connection.execute(script("work/packs_at_as_of"), {"name": PACK}).fetchall()
    day = row[0] if row else None
    drawn = published_reports(frame.settings, filed_by_itself(day), day)
    drawn += [published_figures(frame.settings, PACK, end) for (end,) in late]
    files = file_reports(frame.places.root, drawn)
    try:
        deliveries = [mail for figures in drawn for mail in mail_report(frame, figures)]
        settle_outbox(frame, deliveries)
    finally:
        # After the mails: whatever else lies among the reports must not keep one back.
        write_index(frame.places.root)
    return Delivered(tuple(files), tuple(deliveries), drawn[0])


def filed_by_itself(day: date | None) -> list[str]:
    """The reports that a closing files of its own date: those of a month on the month's last."""
    is_last = day is not None and is_month_end(day.isoformat())
    return [
        name for name in NAMES if is_last or name not in REPORTS or not REPORTS[name].is_monthly
    ]


def fail(frame: Frame, fault: ReconFault) -> None:
    """Write the failed outcome if the store can be opened at all, and mail it.

    A run that was published already keeps its verdict; wrong settings are mailed to nobody.
    """
    if isinstance(fault, ConfigurationFault):
        return
    is_published = False
    try:
        with writer_lock(frame.places, wait_seconds=0), frame.store() as store:
            is_published = closing.is_closed(store.connection, frame.run_id)
            if not is_published:
                closing.finish(
                    store.connection, frame.run_id, outcome="failed", reasons=[fault.sentence]
                )
    except ReconFault as also:
        frame.tell(f"the failure could not be written down: {also.sentence}")
    delivery = deliver_failure(
        frame.settings,
        run_id=frame.run_id,
        business_date=frame.dates.last.isoformat(),
        failed=fault.sentence,
        remedy=fault.remedy,
        is_published=is_published,
    )
    frame.tell(f"failure mail: {delivery.state}")
