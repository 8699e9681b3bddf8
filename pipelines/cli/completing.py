"""Completion at the prompt: words of SQL, and the names that the published file has.

Belongs here: which names fit what is being written. Stays out: the names' source, `ops.dictionary`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from pipelines.faults import ReconFault
from pipelines.reading.dictionary import Entry, entries_of
from pipelines.reading.snapshot import open_snapshot

_WORD = re.compile(r"[\w.]+")
_WORDS = (
    *("select", "from", "where", "group by", "order by", "having", "limit", "qualify", "with"),
    *("inner join", "left join", "cross join", "on", "using", "union all", "distinct", "case"),
    *("when", "then", "else", "end", "and", "or", "not", "in", "is null", "between", "like"),
    *("count(*)", "sum(", "min(", "max(", "coalesce(", "filter (where", "over (", "as", "desc"),
    *("describe", "summarize", "show all tables", "explain"),
)


class SqlCompleter(Completer):
    """Proposes tables after a schema, columns after a table, and otherwise all that begins so."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - the library calls it so
    ) -> Iterator[Completion]:
        """The names that begin as the word before the cursor does."""
        word = document.get_word_before_cursor(pattern=_WORD).lower()
        for name in names_for(word, document.text, self._entries):
            yield Completion(name, start_position=-len(word))

    @cached_property
    def _entries(self) -> list[Entry]:
        try:
            with open_snapshot(self._path) as connection:
                return entries_of(connection)
        except ReconFault:
            return []


def names_for(word: str, text: str, entries: Iterable[Entry]) -> list[str]:
    """What may stand for an unfinished word of a text, the likeliest first, each once."""
    held = list(entries)
    tables = [f"{one.schema_name}.{one.name}" for one in held if one.kind in ("table", "view")]
    macros = [
        f"{one.schema_name}.{one.name.partition('(')[0]}(" for one in held if one.kind == "macro"
    ]
    columns = [one for one in held if one.kind == "column"]
    named = set(_WORD.findall(text.lower()))
    own = [one.column_name for one in columns if f"{one.schema_name}.{one.name}" in named]
    other = [one.column_name for one in columns]
    of_table = [f"{one.schema_name}.{one.name}.{one.column_name}" for one in columns]
    if "." in word:
        found = [*tables, *macros, *(of_table if word.count(".") > 1 else ())]
    else:
        schemas = [f"{one.schema_name}." for one in held if one.kind == "schema"]
        found = [*own, *_WORDS, *schemas, *tables, *other]
    return list(dict.fromkeys(name for name in found if name.startswith(word)))
