"""What every step of a night knows: the settings, the policy, the run, and the open store.

Belongs here: composing the plain objects a step works with.
Stays out: the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.gateway.client import GatewayClient, GatewaySettings, Limits
from pipelines.gateway.manners import Manners, known_manners
from pipelines.gateway.transport import checked_origin
from pipelines.landing import Landing, SegmentFile
from pipelines.night.progress import Observer, Unobserved
from pipelines.orders.archive import OrderArchive
from pipelines.orders.inbox import Arrival, arrivals
from pipelines.orders.succession import Export
from pipelines.partitions import DateRange, require_closable
from pipelines.policy import Policy, load_policy
from pipelines.settings import Places, Settings
from pipelines.warehouse import closing
from pipelines.warehouse.basis import rule_version, write_basis
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.closing import ACTION, Run
from pipelines.warehouse.decisions import DecisionLog, Waiting, held_no
from pipelines.warehouse.facts import EmailDigests
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.queries import build_stage, first_row
from pipelines.warehouse.replacement import sweep_replacement
from pipelines.warehouse.store import (
    RUN_WAIT_SECONDS,
    kept_open,
    lay_out,
    open_warehouse,
    private_folder,
    tell_nobody,
    with_memory,
    writer_lock,
)
from pipelines.warehouse.verification import require_sound_start


class BasisOf(TypedDict):
    """The as-of, the zone and the first date of a judgement."""

    as_of: datetime
    zone: ZoneInfo
    first_date: date


@dataclass(frozen=True)
class Frame:
    """The settings, policy and range of one run; `tell` receives one line a step.

    The observer hears how far the pull of each stream is.
    A sweep reads again everything that the gateway lists. A run of kind `quotes` closes no date:
    its as-of is the instant of asking.
    """

    settings: Settings
    policy: Policy
    run_id: str
    kind: str
    dates: DateRange
    tell: Callable[[str], None] = field(default=tell_nobody, compare=False)
    observer: Observer = field(default_factory=Unobserved, compare=False)
    limits: Limits = field(default_factory=Limits)
    is_sweep: bool = False
    asked_at: datetime | None = None

    @property
    def places(self) -> Places:
        """The paths of this deployment."""
        return self.settings.places

    @property
    def landing(self) -> Landing:
        """Where the gateway's answers are kept."""
        return Landing(self.places.landing)

    @property
    def gateway(self) -> GatewaySettings:
        """The gateway and the key; a missing key is a configuration fault."""
        return gateway_of(self.settings)

    @property
    def chain(self) -> Chain:
        """Where every commit is told."""
        return Chain(self.places.control)

    @property
    def archive(self) -> OrderArchive:
        """Where order exports are kept."""
        return OrderArchive(self.places.orders_archive).open()

    def exports(self, known_digests: Container[str]) -> list[Arrival]:
        """What lies in the inbox."""
        return arrivals(self.places.orders_inbox, known_digests=known_digests)

    def succession(self, exports: Sequence[Export]) -> list[Export]:
        """Those of one look, the older of two first: it gets the lower number of arrival."""
        return sorted(exports, key=lambda export: export.lateness)

    @contextmanager
    def conversation(self, stream: str) -> Iterator[tuple[GatewayClient, list[SegmentFile]]]:
        """A client for one stream, and the segments it fills, finished when the block ends."""
        with (
            self.landing.segment(stream, self.run_id) as segment,
            GatewayClient(self.gateway, segment, limits=self.limits) as client,
        ):
            yield client, segment.finished

    def manners(self) -> Manners | None:
        """What was found out about the gateway: what a pull asks depends on it."""
        return known_manners(self.places, self.gateway)

    def require_sound_start(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse to take anything into a damaged store."""
        require_sound_start(self.places, connection)

    def decided(self, connection: duckdb.DuckDBPyConnection) -> Waiting:
        """What people decided and no run has taken in yet."""
        return DecisionLog(self.places.actions).after(held_no(connection))

    def note_policy(self, run: Run) -> None:
        """Keep the policy in force, word for word: a rebuild judges by it again."""
        PolicyLog(self.places.actions).note(self.policy, as_of=run.as_of)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The warehouse under the writer lock, its control chain checked."""
        with open_warehouse(self.places) as connection:
            chain = self.chain
            chain.check(connection)
            yield Store(connection, chain, self._run(connection), self.tell)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other run out from the first step to the last: two nights never mix."""
        lay_out(self.places)
        holder = f"{self.kind} of {self.dates}, begun {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        with (
            writer_lock(
                self.places, wait_seconds=RUN_WAIT_SECONDS, on_wait=self.tell, holder=holder
            ),
            kept_open(self.places),
        ):
            yield

    def digests(self) -> EmailDigests:
        """The keyed digests of this store; a key that was lost is not replaced in silence."""
        key_file = private_folder(self.places.control) / "email.key"
        return EmailDigests(key_file, may_create=not key_file.exists() and self.may_create_key())

    def may_create_key(self) -> bool:
        """Before the first commit, and after a person accepted that the key is lost."""
        history = self.chain.history()
        noted = history.latest("email_key")
        return not history.entries or (noted is not None and noted.facts["email_key"] is None)

    def basis(self, run: Run) -> BasisOf:
        """What a judgement of this run rests on beside the policy."""
        return {
            "as_of": run.as_of,
            "zone": self.settings.zone,
            "first_date": run.dates.first,
        }

    def _run(self, connection: duckdb.DuckDBPyConnection) -> Run:
        row = first_row(
            connection, "select as_of, started_at from ops.runs where run_id = ?", [self.run_id]
        )
        as_of, started_at = row or (
            self.asked_at or closing.as_of_for(connection, self.dates, self.settings.zone),
            datetime.now(UTC),
        )
        return Run(self.run_id, self.kind, self.dates, as_of, started_at)


@dataclass(frozen=True)
class Store:
    """The open warehouse of one step."""

    connection: duckdb.DuckDBPyConnection
    chain: Chain
    run: Run
    tell: Callable[[str], None] = tell_nobody

    def commit_with_memory(self, kind: str, work: Callable[[int], Mapping[str, Any]]) -> None:
        """Commit the work together with an entry; again with more memory where it ran out of it.

        The work is told how many bytes the database may take.
        """

        def commit(most_bytes: int) -> None:
            try:
                self.chain.commit(self.connection, kind, lambda: work(most_bytes))
            except duckdb.Error:
                # A commit that failed was announced before; the chain has to say that it is void.
                self.chain.check(self.connection)
                raise

        with_memory(self.connection, commit, tell=self.tell)


def gateway_of(settings: Settings) -> GatewaySettings:
    """The gateway and the key of these settings; a missing key is a configuration fault."""
    key = settings.kuvarpay_api_key
    if key is None:
        raise ConfigurationFault(
            "KUVARPAY_API_KEY is not set, so nothing can be pulled.",
            "Set it in the environment or in .env, or try `recon demo`.",
        )
    checked_origin(settings.kuvarpay_base_url)
    return GatewaySettings(
        base_url=settings.kuvarpay_base_url,
        api_key=key.get_secret_value(),
        business_id=settings.kuvarpay_business_id,
        auth_style=settings.kuvarpay_auth_style,
    )


def frame(
    settings: Settings,
    *,
    run_id: str,
    kind: str,
    dates: DateRange,
    tell: Callable[[str], None] = tell_nobody,
    observer: Observer | None = None,
    now: datetime | None = None,
    limits: Limits | None = None,
    is_sweep: bool = False,
) -> Frame:
    """Compose a run, refusing dates that cannot be closed yet.

    `now` is the real clock unless the caller says otherwise; the gateway's is never asked.
    """
    require_closable(
        dates,
        settings.zone,
        now=now or datetime.now(UTC),
        earliest=settings.recon_first_date,
    )
    return Frame(
        settings,
        load_policy(settings.recon_config),
        run_id,
        kind,
        dates,
        tell=tell,
        observer=observer or Unobserved(),
        limits=limits or Limits(),
        is_sweep=is_sweep,
    )


def run_facts(frame: Frame, run: Run) -> dict[str, Any]:
    """What a chain entry says of its run, so that it can be run again from what is kept."""
    return {
        "run": run.run_id,
        "kind": run.kind,
        "first_date": run.dates.first.isoformat(),
        "last_date": run.dates.last.isoformat(),
        "as_of": run.as_of.astimezone(UTC).isoformat(),
        "started_at": run.started_at.astimezone(UTC).isoformat(),
        "policy": frame.policy.version,
        "rules": rule_version(),
        "gateway": frame.settings.kuvarpay_base_url,
        "business_id": frame.settings.kuvarpay_business_id,
        "timezone": frame.settings.zone.key,
    }


def require_ready(frame: Frame) -> None:
    """Refuse a missing key, an unfit gateway address or another gateway than the store's."""
    gateway = frame.gateway
    with frame.store() as store:
        closing.require_same_gateway(
            store.connection, gateway.base_url, gateway.business_id, frame.settings.zone
        )


def begin(frame: Frame) -> Run:
    """Open the store, refuse another gateway's, and write that the run has begun."""
    settings = frame.settings
    if frame.kind != ACTION:
        # Whoever decides asks the gateway nothing, and needs no key.
        gateway_of(settings)
    with frame.store() as store:
        frame.landing.sweep()
        sweep_replacement(frame.places)
        closing.require_same_gateway(
            store.connection,
            settings.kuvarpay_base_url,
            settings.kuvarpay_business_id,
            settings.zone,
        )
        frame.require_sound_start(store.connection)
        frame.note_policy(store.run)
        closing.begin(store.connection, store.run, frame.policy.version, rule_version())
        if not _has_validated_tables(store.connection):
            # The pull asks them what is unsettled; on the first night they are empty.
            write_basis(store.connection, frame.policy, **frame.basis(store.run))
            build_stage(store.connection, "validated")
        return store.run


def _has_validated_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    query = "select 1 from duckdb_tables() where schema_name = 'validated' and table_name = ?"
    return first_row(connection, query, ["transactions"]) is not None
