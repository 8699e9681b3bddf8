"""Reads single rows: by their ids, or the one that stands under a parent or answers a question.

Belongs here: filling a path with ids that are data, and that an answer is about what was asked.
Stays out: lists (`walk`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from functools import partial
from urllib.parse import quote

from pipelines.faults import AnswerUnusable
from pipelines.gateway import envelopes
from pipelines.gateway.certificate import Pass
from pipelines.gateway.client import Fetched, GatewayClient
from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.envelopes import Item
from pipelines.gateway.ledger import Ledger
from pipelines.gateway.records import Row

ID_LENGTH_MOST = 256

Places = Mapping[str, str]


def _unwatched(_: int) -> None:
    """Nobody wants to know."""


class ByIds:
    """Rows read one by one; `missing` fills with the ids that the gateway does not know.

    `ledger` fills with the rows that came.
    """

    def __init__(
        self,
        client: GatewayClient,
        endpoint: Endpoint,
        ids: Iterable[str],
        *,
        answer: Callable[[int], None],
    ) -> None:
        self.missing: list[str] = []
        self.ledger = Ledger(None, endpoint.key)
        self._asked: set[str] = set()
        self._client = client
        self._endpoint = endpoint
        self._ids = ids
        self._answer = answer

    def __iter__(self) -> Iterator[Row]:
        for name in dict.fromkeys(self._ids):
            row = read_one(self._client, self._endpoint, {"id": name})
            self._answer(row is not None)
            if _can_stand_in_a_path(name):
                self._asked.add(name)
            if row is None:
                self.missing.append(name)
            else:
                self._note(row)
                yield row

    def _note(self, row: Row) -> None:
        version = self.ledger.take(row, Pass(asked_size=1))
        if version is not None:
            self.ledger.settle(version, row)

    def finds_none_of(self, known: Iterable[str]) -> bool:
        """Whether several ids that the gateway gave itself were asked, and it knows not one.

        One that is gone is a fact about it; all of them tell of a path that leads nowhere.
        """
        asked = self._asked.intersection(known)
        return len(asked) > 1 and asked.issubset(self.missing)


def read_by_ids(
    client: GatewayClient,
    endpoint: Endpoint,
    ids: Iterable[str],
    *,
    answer: Callable[[int], None] = _unwatched,
) -> ByIds:
    """The rows of these ids, each asked once, lazily, in the order given.

    `answer` hears after each id how many rows there were: one or none.
    """
    return ByIds(client, endpoint, ids, answer=answer)


def read_one(client: GatewayClient, endpoint: Endpoint, places: Places) -> Row | None:
    """The row at `detail_path`, None when the gateway knows none there."""
    if not all(map(_can_stand_in_a_path, places.values())):
        return None
    path = path_to(str(endpoint.detail_path), places)
    found = client.find(path, shape=partial(_named, endpoint=endpoint, name=places.get("id")))
    if found is None:
        return None
    row = endpoint.table.row(found.content, source=f"{found.ref}#1", fetched_at=_stamp(found))
    row.update(endpoint.found_under(places))
    return row


def ask_about(client: GatewayClient, endpoint: Endpoint, pair: Places, *, key: str) -> Row:
    """The row that answers a question; the gateway gives answers no id, so `key` becomes it.

    Raises GatewayRefused when the gateway does not answer such a question.
    """
    params = tuple((name, pair[name]) for name in endpoint.asked)
    shape = partial(_named, endpoint=endpoint, name=None)
    found = client.fetch(str(endpoint.detail_path), params, shape=shape)
    row = endpoint.table.row(found.content, source=f"{found.ref}#1", fetched_at=_stamp(found))
    row.update(endpoint.found_under(pair))
    row[endpoint.key] = key
    return row


def path_to(template: str, places: Places) -> str:
    """The template with its places filled in, whatever characters the ids hold."""
    path = template
    for name, value in places.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def _can_stand_in_a_path(name: str) -> bool:
    """Whether some path can carry the id; what none can carry, no gateway can know."""
    if name.strip(".") == "" or len(name) > ID_LENGTH_MOST:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _named(payload: object, *, endpoint: Endpoint, name: str | None) -> Item:
    """The object in a detail answer, which must be the one that was asked for."""
    item = envelopes.single(payload, endpoint.object_keys)
    if (
        name is not None
        and endpoint.table.row(item, source="", fetched_at="")[endpoint.key] != name
    ):
        raise AnswerUnusable(
            "The gateway's answer is unusable: it is about another id than was asked for.",
            "Nothing was stored from it; see it in the landing.",
        )
    return item


def _stamp(found: Fetched[Item]) -> str:
    return found.received_at.astimezone(UTC).isoformat()
