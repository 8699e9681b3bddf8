"""Server-sent events: the frames of a payment in order, heartbeats, the end, and who may listen."""

import asyncio
import base64
import hmac
import itertools
import json

import pytest

from pipelines.sandbox import exact
from pipelines.sandbox.days import DAY, SECOND
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.rendering import session_token, whole
from pipelines.sandbox.telling.streams import STREAMS_MAX, Streams

KINDS = ["sseTransaction", "sseSession"]
FRAME_SECONDS_MAX = 5


class Paid:
    """A payment of the book that was completed through a session, and the world as it began."""

    def __init__(self, open_world) -> None:
        book = open_world()
        store = book.store
        for key in store.transaction_ids(0):
            last = store.transaction_version(key, book.look())
            row = exact.decode(whole(last.head, last.tail))
            first = store.transaction_version(key, last.created_at)
            if row["status"] == "COMPLETED" and row["checkoutSessionId"] and first is not None:
                break
        self.begun, self.seq = last.created_at, last.seq
        self.keys = {"sseTransaction": key, "sseSession": row["checkoutSessionId"]}
        session = store.session_version(row["checkoutSessionId"], book.look())
        self.token = exact.decode(whole(session.head, session.tail))["authToken"]
        self.world = open_world(self.begun)
        self.world.look()
        self.statuses = self._versions_of(store)

    def _versions_of(self, store) -> list[str]:
        found = store.connection.execute(
            "select status, tail from transaction_versions where seq = ? order by valid_from",
            (self.seq,),
        ).fetchall()
        upto = [status for status, _ in found].index("COMPLETED")
        return [status for status, _ in found[: upto + 1]]

    def open(self, kind, *, token=None, **options):
        streams = Streams(self.world, **options)
        return streams.open(kind, self.keys[kind], token or self.token)


@pytest.fixture
def paid(open_world):
    return Paid(open_world)


async def following(frames):
    return await asyncio.wait_for(anext(frames), FRAME_SECONDS_MAX)


def read(frame):
    """The members of a frame: id and event as text, data as a value."""
    assert frame.endswith(b"\n\n")
    members = dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
    return members | {"data": json.loads(members["data"])}


async def rest(frames):
    async def collected():
        return [read(frame) async for frame in frames if not frame.startswith(b":")]

    return await asyncio.wait_for(collected(), FRAME_SECONDS_MAX)


@pytest.mark.parametrize("steps", [1, 40], ids=["one jump", "many steps"])
def test_a_transaction_is_told_version_by_version_and_ends_when_final(paid, steps):
    async def story():
        stream = paid.open("sseTransaction")
        frames = [read(await following(stream)), read(await following(stream))]
        ending = asyncio.create_task(rest(stream))
        for step in range(1, steps + 1):
            paid.world.clock.move(paid.begun + DAY * step // steps)
            paid.world.look()
            paid.world.announce("transaction.changed", {})
            await asyncio.sleep(0)
        return frames + await ending

    frames = asyncio.run(story())
    assert [frame["event"] for frame in frames] == ["connected", *["status"] * (len(frames) - 1)]
    assert [int(frame["id"]) for frame in frames] == list(range(1, len(frames) + 1))
    told = [frame["data"] for frame in frames[1:]]
    assert [data["status"] for data in told] == paid.statuses
    instants = [data["updatedAt"] for data in told]
    assert instants == sorted(set(instants))
    assert list(told[-1]) == [
        "transactionId",
        "sessionId",
        "status",
        "payoutStatus",
        "actualAmount",
        "blockConfirmations",
        "updatedAt",
    ]
    assert (told[-1]["transactionId"], told[-1]["sessionId"]) == tuple(paid.keys.values())


def test_a_session_is_told_with_its_own_status_and_its_transaction(paid):
    async def story():
        stream = paid.open("sseSession")
        frames = [read(await following(stream)), read(await following(stream))]
        paid.world.clock.move(paid.begun + DAY)
        return frames + await rest(stream)

    told = [frame["data"] for frame in asyncio.run(story())[1:]]
    assert told[0]["status"] == "PENDING"
    assert told[-1]["status"] == "COMPLETED"
    assert told[-1]["transactionId"] == paid.keys["sseTransaction"]
    assert {data["sessionId"] for data in told} == {paid.keys["sseSession"]}
    assert all(before != after for before, after in itertools.pairwise(told))


@pytest.mark.parametrize("kind", KINDS)
def test_an_amount_keeps_all_its_digits(paid, kind):
    async def story():
        stream = paid.open(kind)
        await following(stream)
        await following(stream)
        paid.world.clock.move(paid.begun + DAY)
        return [frame async for frame in stream]

    last = asyncio.run(story())[-1]
    row = paid.world.store.transaction_version(paid.keys["sseTransaction"], paid.begun + DAY)
    received = exact.decode(whole(row.head, row.tail))["actualAmount"]
    assert b'"actualAmount":%b,' % exact.encode(received) in last


def test_a_version_put_by_a_call_is_told_when_it_is_announced(paid):
    world, store = paid.world, paid.world.store

    async def story():
        stream = paid.open("sseTransaction")
        await following(stream)
        await following(stream)
        row = store.transaction_version(paid.keys["sseTransaction"], world.look())
        world.clock.move(world.look() + SECOND)
        with world.turn() as now:
            tail = row.tail.replace(b'"status":"PENDING"', b'"status":"CANCELLED"')
            store.put_transaction_version(row.seq, now, "CANCELLED", tail)
            world.announce("transaction.changed", {})
        return await rest(stream)

    (frame,) = asyncio.run(story())
    assert frame["data"]["status"] == "CANCELLED"


def test_a_quiet_stream_beats(paid):
    async def story():
        stream = paid.open("sseTransaction", heartbeat_seconds=0.02)
        return [await following(stream) for _ in range(5)]

    assert asyncio.run(story())[2:] == [b": heartbeat\n\n"] * 3


def test_a_stopped_sandbox_ends_its_streams(paid):
    async def story():
        streams = Streams(paid.world)
        stream = streams.open("sseSession", paid.keys["sseSession"], paid.token)
        await following(stream)
        await following(stream)
        asyncio.get_running_loop().call_soon(streams.stop)
        return await rest(stream)

    assert asyncio.run(story()) == []


def test_only_so_many_streams_are_open_and_a_forgotten_one_leaves_its_place(paid):
    async def story():
        streams = Streams(paid.world)

        def open_one():
            return streams.open("sseSession", paid.keys["sseSession"], paid.token)

        stood = [open_one() for _ in range(STREAMS_MAX)]
        with pytest.raises(Refused) as refused:
            open_one()
        assert refused.value.status == 429
        await following(stood[0])
        await stood[0].aclose()
        del stood[0]
        stood.append(open_one())
        stood.pop()
        open_one()

    asyncio.run(story())


def forged(paid):
    header, claims, _ = paid.token.split(".")
    digest = hmac.digest(b"sandbox/guessed", f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def unsigned(paid):
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{paid.token.split('.')[1]}."


def odd(claims):
    return "h." + base64.urlsafe_b64encode(claims.encode()).decode() + ".s"


WRONG = {
    "missing": lambda _: None,
    "empty": lambda _: "",
    "an api key": lambda _: "rsp_test_sandbox",
    "forged": forged,
    "unsigned": unsigned,
    "longer": lambda paid: paid.token + "=",
    "huge": lambda _: "x" * 100_000,
    "not ascii": lambda _: "é.é.é",
    "claims of a list": lambda _: odd("[1]"),
    "claims without subject": lambda _: odd('{"exp":1}'),
    "a half character": lambda _: odd('{"sub":"\\ud800","exp":1}'),
    "an expiry of true": lambda _: odd('{"sub":"cs_1","exp":true}'),
    "of another session": lambda paid: session_token(
        "cs_1", paid.begun + DAY, paid.world.plan.seed
    ),
    "expired": lambda paid: session_token(
        paid.keys["sseSession"], paid.begun - SECOND, paid.world.plan.seed
    ),
    "of another book": lambda paid: session_token(
        paid.keys["sseSession"], paid.begun + DAY, paid.world.plan.seed + 1
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_token_is_refused_before_the_first_byte(paid, kind, wrong):
    with pytest.raises(Refused) as refused:
        Streams(paid.world).open(kind, paid.keys[kind], WRONG[wrong](paid))
    assert refused.value.status == 401


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_unknown_is_not_found_and_strangers_do_not_learn_so(paid, kind):
    streams = Streams(paid.world)
    with pytest.raises(Refused) as refused:
        streams.open(kind, "cs_none", paid.token)
    assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        streams.open(kind, "cs_none", None)
    assert refused.value.status == 401
