"""The report `quality`: whether everything was read, what is held back, how fresh each source is.

Belongs here: what the report declares and finds. Stays out: the certificate itself.
"""

from __future__ import annotations

from reports.tables import Column, Figures, Report, Section, Table
from reports.wording import counted

WINDOWS = Table(
    name="windows",
    key=("stream",),
    caption="What the run read, by stream",
    note="received beside the total that the gateway declares",
    columns=(
        Column("stream", "Stream", "word"),
        Column("is_complete", "Shown complete"),
        Column("windows", "Windows", "count"),
        Column("pages", "Pages", "count"),
        Column("rows_received", "Received", "count"),
        Column("declared_total", "Declared", "count"),
        Column("rows_new", "New", "count"),
        Column("rows_changed", "Changed", "count"),
        Column("window_from", "From", "instant", is_minor=True),
        Column("window_to", "To", "instant", is_minor=True),
        Column("reason", "Why not", under="stream"),
    ),
    empty="The run read nothing from the gateway.",
)
QUARANTINE = Table(
    name="quarantine",
    key=("stream", "source", "reason"),
    caption="Rows held back",
    note="by reason; the daily report says what to do about each",
    columns=(
        Column("source", "Source"),
        Column("stream", "Stream", "word"),
        Column("reason", "Reason"),
        Column("rows_held_back", "Rows", "count"),
    ),
    empty="Nothing is held back: no row waits to be mended.",
    is_list=True,
)
FRESHNESS = Table(
    name="freshness",
    key=("source",),
    caption="The newest row of each source",
    columns=(
        Column("source", "Source", "word"),
        Column("newest_at", "Newest row", "instant"),
        Column("age_days", "Days before the cut-off", "days"),
        Column("last_export_date", "Last export", "date"),
    ),
    empty="No source has a row yet.",
)
SWEEPS = Table(
    name="sweeps",
    key=("swept_date", "stream"),
    caption="Sweeps of the last 90 days",
    note="everything that the gateway lists, read again beside what is held",
    columns=(
        Column("swept_date", "Date", "date"),
        Column("stream", "Stream", "word"),
        Column("is_complete", "Shown complete"),
        Column("rows_listed", "Listed", "count"),
        Column("rows_new", "Not known before", "count"),
        Column("rows_changed", "Changed", "count"),
        Column("rows_gone", "Gone", "count"),
    ),
    empty="No sweep was made in the last 90 days.",
)


def headline(figures: Figures) -> str:
    """Return how many streams are shown complete, and how many rows are held back."""
    windows = figures["windows"]
    complete = sum(1 for row in windows if row["is_complete"] == "yes")
    held = sum(row["rows_held_back"] for row in figures["quarantine"])
    streams = counted(len(windows), "stream", "streams")
    lacking = len(windows) - complete
    read = f"{lacking:,} of {streams} not shown complete" if lacking else f"all {streams} complete"
    kept = f"{counted(held, 'row', 'rows')} held back" if held else "nothing held back"
    return f"{read if windows else 'nothing was read'}, {kept}"


QUALITY = Report(
    name="quality",
    title="Quality",
    headline=headline,
    sections=(
        Section(
            name="completeness",
            title="Was everything read?",
            tables=(WINDOWS,),
            lead="A stream is complete when its pages agree with each other and with its total.",
        ),
        Section(name="held", title="What is held back?", tables=(QUARANTINE,)),
        Section(name="fresh", title="How fresh is it?", tables=(FRESHNESS,)),
        Section(name="swept", title="What did sweeps find?", tables=(SWEEPS,)),
    ),
)
