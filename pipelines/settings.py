"""Where this deployment lives and whom it talks to: the environment, `.env`, and the paths below.

Belongs here: every environment variable, its default, and the layout of the data directory.
Stays out: policy (`recon.toml`, see `policy`), and anything that opens a file or a connection.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.faults import ConfigurationFault
from pipelines.routes import address_fault

PROJECT = Path(__file__).parents[1]
EARLIEST_NIGHT = time(0, 15)
"""A date can be closed ten minutes after its end; a schedule may tick a little early."""


class Settings(BaseSettings):
    """One field an environment variable, named as in the environment, lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kuvarpay_base_url: str = "https://payment.kuvarpay.com"
    kuvarpay_api_key: SecretStr | None = None
    kuvarpay_business_id: str | None = None
    kuvarpay_auth_style: Literal["authorization", "bearer", "x-api-key"] = "authorization"
    recon_data_dir: Path = Path("data")
    recon_orders_dir: Path | None = None
    recon_timezone: str = "Africa/Lagos"
    recon_first_date: date = date(2025, 1, 1)
    recon_nightly_at: time = time(1, 30)
    recon_ui_url: str = "http://127.0.0.1:3000"
    recon_reports_url: str = "http://127.0.0.1:3001"
    recon_dagster_config: Path = PROJECT / "dagster.yaml"
    recon_config: Path = Path("recon.toml")
    recon_smtp_url: str | None = None
    recon_smtp_password: SecretStr | None = None
    recon_mail_from: str | None = None
    recon_mail_to: str | None = None

    @field_validator("recon_timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as missing:
            raise ValueError("is not the name of a time zone such as Africa/Lagos") from missing
        return name

    @field_validator("recon_mail_from", "recon_mail_to")
    @classmethod
    def _can_be_mailed(cls, written: str | None) -> str | None:
        for address in filter(None, map(str.strip, (written or "").split(","))):
            if fault := address_fault(address):
                raise ValueError(fault)
        return written

    @field_validator("recon_nightly_at", mode="before")
    @classmethod
    def _yesterday_can_be_closed(cls, written: object) -> object:
        at = written
        if isinstance(at, str):
            try:
                at = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 - a time of every day
            except ValueError as unfit:
                raise ValueError("is not a time of the day such as 01:30") from unfit
        if isinstance(at, time) and at < EARLIEST_NIGHT:
            raise ValueError(f"is before {EARLIEST_NIGHT:%H:%M}, when yesterday cannot be closed")
        return at

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone: days begin and end at its midnights."""
        return ZoneInfo(self.recon_timezone)

    @property
    def places(self) -> Places:
        """The paths of everything this deployment keeps."""
        return Places(self.recon_data_dir, orders_inbox=self.recon_orders_dir)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Mail recipients, in the order given."""
        listed = (self.recon_mail_to or "").split(",")
        return tuple(address.strip() for address in listed if address.strip())


class Places:
    """The layout of `RECON_DATA_DIR`; nothing is created by asking for a path."""

    def __init__(self, root: Path, *, orders_inbox: Path | None = None) -> None:
        self.root = root.absolute()
        self.landing = self.root / "landing"
        self.orders_inbox = (orders_inbox or self.root / "orders" / "inbox").absolute()
        self.orders_archive = self.root / "orders" / "archive"
        self.warehouse = self.root / "warehouse.duckdb"
        self.published = self.root / "published" / "finance.duckdb"
        self.reports = self.root / "reports"
        self.outbox = self.root / "outbox"
        self.actions = self.root / "actions"
        self.control = self.root / "control"
        self.dagster_home = self.root / "dagster"
        self.temporary = self.root / "tmp"


def load_settings() -> Settings:
    """Settings in force; a value that cannot be is one sentence, not a traceback."""
    try:
        return Settings()
    except ValidationError as broken:
        first = broken.errors()[0]
        variable = str(first["loc"][0]).upper() if first["loc"] else "The environment"
        raise ConfigurationFault(
            f"{variable} cannot be used: {first['msg'].removeprefix('Value error, ')}.",
            "Correct it in the environment or in .env.",
        ) from broken
