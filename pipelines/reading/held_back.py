"""The rows in quarantine that nothing has mended yet, and files in which a person can mend them.

Belongs here: which rows are held back, and what such a file holds and is called. Its cells are
those of the export, altered in nothing: what is dropped again must be what the shop has written.
Stays out: writing files (`pipelines.cli`) and cutting exports (`pipelines.orders.mending`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import PurePath

import duckdb

from pipelines.faults import ChainBroken, ConfigurationFault, StoreFault
from pipelines.orders.archive import OrderArchive
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.intake import Intake
from pipelines.orders.layouts.generic import GENERIC
from pipelines.orders.layouts.layout import ORDER_COLUMNS
from pipelines.orders.layouts.mapped import layouts_for
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.mending import cut_out, is_text
from pipelines.orders.names import MAX_NAME_CHARACTERS, name_fault
from pipelines.orders.reader import OrderFile
from pipelines.policy import load_policy
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Settings
from pipelines.warehouse.queries import script

ORDERS = "orders"


@dataclass(frozen=True)
class HeldRow:
    """One row that is held back; `line` is a number of arrival where the gateway sent it."""

    line: int
    key: str | None
    reason: str


@dataclass(frozen=True)
class HeldSource:
    """An export, or a stream of the gateway, with the rows of it that are held back."""

    stream: str
    name: str
    digest: str
    business_date: date
    rows: tuple[HeldRow, ...]

    @property
    def is_export(self) -> bool:
        """Whether a person can mend its rows: the gateway's are not the shop's to change."""
        return self.stream == ORDERS

    def export_name(self, *, is_told_apart: bool = False) -> str:
        """Give a name under which its mended rows take the place that they had.

        The date of the export ends it: a mended row then counts as of that date, and no later
        export is overruled.
        """
        path = PurePath(self.name)
        suffix = path.suffix if is_text(self.name) else ".csv"
        mark = f"{self.digest[:8]}-" if is_told_apart else ""
        end = f".quarantine-{mark}{self.business_date}{suffix}"
        # A name that is too long would be refused at the inbox.
        return f"{path.stem[: MAX_NAME_CHARACTERS - len(end)]}{end}"


@dataclass(frozen=True)
class MendingFile:
    """The rows of one export to mend: the bytes, and how they would be read as they are."""

    content: bytes
    is_as_it_came: bool
    read: OrderFile


def held_sources(
    settings: Settings, *, day: date | None = None, name: str | None = None
) -> list[HeldSource]:
    """Every source with rows held back in the published file, exports first.

    Raises ConfigurationFault when nothing is published, or no file of that name was taken in.
    """
    with open_snapshot(settings.places.published) as connection:
        try:
            found = connection.execute(
                script("story/held_back"), {"date": day, "file": name}
            ).fetchall()
            known = connection.execute(
                "select count(*) from ops.files where name = ?", [name]
            ).fetchall()
        except duckdb.Error as unfit:
            raise ChainBroken(
                "The published snapshot cannot tell what is held back: "
                f"{str(unfit).splitlines()[0]}.",
                "Run the night again to publish it anew.",
            ) from unfit
    if name is not None and not found and known[0][0] == 0:
        raise ConfigurationFault(
            "No order file of that name was taken in.",
            "Run `recon orders quarantine` without --out to see which files have rows held back.",
        )
    return sorted(_sources(found), key=lambda source: not source.is_export)


def _sources(found: Sequence[tuple[object, ...]]) -> Iterator[HeldSource]:
    """Rows of one export together; those of a stream as well, whichever answer brought them."""
    for (stream, name, digest), group in groupby(found, key=_identity):
        rows = list(group)
        days = [row[6] for row in rows if isinstance(row[6], date)]
        yield HeldSource(
            stream,
            name,
            digest,
            max(days),
            tuple(
                HeldRow(int(str(row[3])), None if row[4] is None else str(row[4]), str(row[5]))
                for row in rows
            ),
        )


def _identity(row: tuple[object, ...]) -> tuple[str, str, str]:
    stream, name, digest = str(row[0]), str(row[1]), str(row[2])
    return (stream, name, digest) if stream == ORDERS else (stream, stream, "")


def mending_file(settings: Settings, source: HeldSource, *, named: str) -> MendingFile:
    """Make the file to mend of an export, and read it as the inbox would under its name.

    Raises ConfigurationFault where that name or the policy in force would read it otherwise.
    """
    _require_fit_name(source, named)
    content = OrderArchive(settings.places.orders_archive).read(source.digest)
    lines = [row.line for row in source.rows]
    with Intake(settings.places.temporary) as intake:
        reader = _Reader(intake, settings, load_policy(settings.recon_config).orders)
        layout = reader.read(source.name, content).layout
        as_it_came = is_text(source.name)
        if as_it_came:
            made = reader.cut(source.name, content, layout=layout, lines=lines)
        else:
            layout = GENERIC.name
            made = reader.as_generic(source.name, content, lines=lines)
        read = reader.read_again(named, made, layout=layout)
    return MendingFile(made, as_it_came, read)


def _require_fit_name(source: HeldSource, named: str) -> None:
    wrong = name_fault(named)
    if wrong is not None:
        raise ConfigurationFault(
            f"The inbox would refuse such a file: {wrong}", "Give --out another name."
        )
    suggested = source.export_name()
    end = f"{source.business_date}{PurePath(suggested).suffix}"
    if re.search(rf"(?<!\d){re.escape(end)}$", named) is None:
        raise ConfigurationFault(
            f"The name must end in {end}: by that the mended rows take the place of the damaged "
            "ones and of nothing newer.",
            f"Name it as {suggested}, or leave --out away.",
        )


@dataclass(frozen=True)
class _Reader:
    """Reads exports under the policy in force, in the process that is made for it."""

    intake: Intake
    settings: Settings
    mappings: dict[str, OrderMapping]

    def read(self, name: str, content: bytes) -> OrderFile:
        try:
            return self._read(name, content)
        except OrderFileRefused as refusal:
            raise ConfigurationFault(
                f"{refusal.name} cannot be read under the recon.toml in force: {refusal.sentence}",
                "Set back what recon.toml says of such files, or mend the export at its source.",
            ) from refusal

    def read_again(self, named: str, made: bytes, *, layout: str) -> OrderFile:
        """Read what was made as the inbox would, in the layout of the export or not at all."""
        try:
            read = self._read(named, made)
            otherwise = None if read.layout == layout else f"it is in the layout {read.layout}."
        except OrderFileRefused as refusal:
            otherwise = refusal.sentence
        if otherwise is not None:
            raise ConfigurationFault(
                f"Under the name {named} the file would not be read in the layout {layout}: "
                f"{otherwise}",
                "Give --out a name that fits `files` of that mapping in recon.toml, or widen it."
                if layout != GENERIC.name
                else "Give --out a name that fits no `files` of a mapping in recon.toml, such as"
                f" mended-{named}; a mapping without `files` needs them.",
            )
        return read

    def _read(self, name: str, content: bytes) -> OrderFile:
        return self.intake.read(name, content, time_zone=self.settings.zone, mappings=self.mappings)

    def cut(self, name: str, content: bytes, *, layout: str, lines: Sequence[int]) -> bytes:
        known = {one.name: one for one in layouts_for(name, self.mappings)}
        return cut_out(name, content, layout=known[layout], lines=lines)

    def as_generic(self, name: str, content: bytes, *, lines: Sequence[int]) -> bytes:
        try:
            rows = self.intake.rows(
                name, content, lines=lines, time_zone=self.settings.zone, mappings=self.mappings
            )
        except OrderFileRefused as refusal:
            raise StoreFault(
                f"{refusal.name} could be read once and not again: {refusal.sentence}",
                "Run the command again.",
            ) from refusal
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(ORDER_COLUMNS)
        writer.writerows(rows.select(ORDER_COLUMNS).iter_rows())
        return out.getvalue().encode()
