"""What a rebuild rests on: the entries of the control chain that stand, and all that they name.

A loss that a person accepted is crossed only when the evidence is whole: commits that were lost
are passed over, as the nights after them did, but all that a standing entry names has to be there.

Belongs here: which entries are replayed, and refusing before anything is begun. Stays out:
replaying them (`rebuild`), what a night asks (`warehouse.verification`).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.landing import Landing
from pipelines.orders.archive import OrderArchive
from pipelines.settings import Places
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.decisions import TAKEN_IN, DecisionLog
from pipelines.warehouse.history import ACCEPT, Entry, History
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.replacement import read_from
from pipelines.warehouse.verification.files import check_archive
from pipelines.warehouse.verification.standing import key_digest

CROSSING = (
    "A rebuild cannot cross a loss, accepted or not, unless the evidence is whole: restore it from "
    "a backup. Nothing was changed."
)


def standing_entries(places: Places) -> list[Entry]:
    """The entries to replay: all that the store confirmed or stands at, less commits given up.

    Raises ConfigurationFault when there are none, and ChainBroken for a chain that was edited.
    """
    history = Chain(places.control).history()
    if history.bad_lines:
        raise ChainBroken(
            f"Line {history.bad_lines[0].number} of the control chain does not follow from the "
            "lines before it.",
            CROSSING,
        )
    entries = list(history.entries)
    if entries and not entries[-1].is_confirmed:
        held = read_from(places.warehouse, lambda former: first_row(former, "from ops.control"))
        if held != (entries[-1].sequence, entries[-1].digest):
            entries.pop()
    if not entries:
        raise ConfigurationFault(
            "Nothing was ever committed to this store, so there is nothing to rebuild.",
            "Run `recon nightly` first, or check RECON_DATA_DIR.",
        )
    return _less_given_up(entries)


def require_evidence(places: Places, entries: Sequence[Entry]) -> None:
    """All that the entries name must be there as it was.

    Raises StoreFault with the first that is not.
    """
    landing = Landing(places.landing)
    policies = PolicyLog(places.actions)
    decisions = DecisionLog(places.actions)
    archive = OrderArchive(places.orders_archive)
    for entry in entries:
        for path, digest in entry.files("segments").items():
            if landing.digest(path) != digest:
                raise ChainBroken(
                    f"The landing file {path} is not the one that entry {entry.sequence} of the "
                    "control chain names: its digest is another.",
                    CROSSING,
                )
        for file in entry.facts.get("taken", ()):
            archive.read(file["digest"])
        _require_decisions(decisions, entry)
        if "policy" in entry.facts:
            policies.find(entry.facts["policy"])
    for finding in check_archive(
        History(tuple(entries)), places.orders_archive, whole=True
    ).findings:
        raise ChainBroken(finding.what, CROSSING)
    _require_key(places, entries)


def _require_decisions(log: DecisionLog, entry: Entry) -> None:
    noted = entry.facts.get(TAKEN_IN)
    if noted and log.mark(noted["bytes"]) != {name: noted[name] for name in ("bytes", "sha256")}:
        raise ChainBroken(
            "actions/decisions.jsonl is not the file whose lines entry "
            f"{entry.sequence} of the control chain took in.",
            CROSSING,
        )


def _less_given_up(entries: Sequence[Entry]) -> list[Entry]:
    """An acceptance goes on from the commit that the store then stood at; later ones were lost."""
    standing: list[Entry] = []
    for entry in entries:
        if entry.kind == ACCEPT:
            begun = entry.facts["from"]["digest"]
            places = [place for place, one in enumerate(standing, 1) if one.digest == begun]
            if begun and not places:
                raise ChainBroken(
                    f"Entry {entry.sequence} of the control chain accepts a warehouse that stood "
                    "at a commit which the chain does not hold.",
                    CROSSING,
                )
            del standing[places[0] if begun else 0 :]
        standing.append(entry)
    return standing


def _require_key(places: Places, entries: Sequence[Entry]) -> None:
    there = key_digest(places.control / "email.key")
    for entry in entries:
        known = entry.facts.get("email_key")
        if entry.kind != ACCEPT and known is not None and known != there:
            raise ChainBroken(
                f"control/email.key is not the key under which entry {entry.sequence} of the "
                "control chain was made, so that its digests cannot be made again.",
                CROSSING,
            )
