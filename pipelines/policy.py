"""What finance decided, from `recon.toml`: SLAs, fee schedule, payout calendar, write-off limits.

Belongs here: reading and checking policy, and the version that every result names.
Stays out: deployment (see `settings`) and the arithmetic that applies policy (`sql/`).
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
)

from pipelines.faults import ConfigurationFault
from pipelines.orders.mapping import OrderMapping, fault_between
from pipelines.routes import Route, read_routes


def _money_is_text(value: object) -> object:
    """Refuse TOML floats: they have lost their digits before we see them."""
    if isinstance(value, float):
        raise ValueError('amounts and rates are written in quotes, such as "1.0"')
    return value


Exact = Annotated[Decimal, BeforeValidator(_money_is_text), Field(ge=0, max_digits=38)]
Hours = Annotated[int, Field(ge=0, le=24 * 365)]
Days = Annotated[int, Field(ge=0, le=365)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ServiceLevels(_Section):
    """How old a fact may be before its absence is a break."""

    gateway_hours: Hours = 24
    orders_hours: Hours = 24
    payout_days: Days = 3
    refund_days: Days = 7


class PayoutRule(_Section):
    """Payout days are working days of this country when one is named (ISO 3166 code)."""

    calendar: str | None = None


class FeeRate(_Section):
    """A fee in percent of the fiat amount, in force from a business date on."""

    valid_from: date = Field(alias="from")
    percent: Exact
    tolerance: Exact = Decimal(0)


class Quote(_Section):
    """A coin and network whose transfer fee is asked for every night, and for how much of it."""

    currency: str
    network: str
    amount: Exact = Decimal(100)


class Reporting(_Section):
    """Who gets which report by mail; without a route, `RECON_MAIL_TO` gets the daily one."""

    route: Annotated[tuple[Route, ...], BeforeValidator(read_routes)] = ()


class Policy(_Section):
    """Every rule in force; `version` names exactly this set of values."""

    sla: ServiceLevels = ServiceLevels()
    payout: PayoutRule = PayoutRule()
    fees: tuple[FeeRate, ...] = ()
    quotes: tuple[Quote, ...] = ()
    write_off: dict[str, Exact] = Field(default_factory=dict)
    orders: dict[str, OrderMapping] = Field(default_factory=dict)
    reports: Reporting = Reporting()

    @field_serializer("reports")
    def _routes_judge_nothing(self, _: Reporting) -> dict[str, str]:
        """Leave routes out of the text: they change no result, and hold addresses of people."""
        return {}

    @property
    def version(self) -> str:
        """The first twelve hexadecimal digits of the digest of all values."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()[:12]

    def as_text(self) -> str:
        """All values as JSON text, always in the same order."""
        return self.model_dump_json(by_alias=True)


DEFAULT_FILE = Path("recon.toml")


def load_policy(path: Path) -> Policy:
    """Policy in force; the defaults when there is no `recon.toml` and no other file was named.

    Raises ConfigurationFault when the file is not TOML or holds a value that cannot be.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        policy = Policy.model_validate(values)
    except FileNotFoundError as missing:
        if path == DEFAULT_FILE:
            return Policy()
        raise ConfigurationFault(
            f"RECON_CONFIG names {path}, which is not there.",
            "Correct the path, or leave RECON_CONFIG unset for the default policy.",
        ) from missing
    except OSError as unreadable:
        raise ConfigurationFault(
            f"{path.name} cannot be read: {unreadable.strerror}.", "Check its permissions."
        ) from unreadable
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise ConfigurationFault(
            f"{path.name} is not readable TOML: {broken}.",
            "Compare it with recon.example.toml.",
        ) from broken
    except ValidationError as broken:
        first = broken.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationFault(
            f"{path.name}: {place}: {first['msg'].removeprefix('Value error, ')}.",
            "Compare it with recon.example.toml.",
        ) from broken
    # Asked of what is written now only: policies that were in force once can still be read.
    fault = fault_between(policy.orders)
    if fault is not None:
        raise ConfigurationFault(f"{path.name}: {fault}.", "Compare it with recon.example.toml.")
    return policy
