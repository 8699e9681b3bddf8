"""What `recon.toml` says of a shop's own export, under `[orders.NAME]`.

Belongs here: the form of a mapping and the faults it can have. Stays out: what a mapping makes of a
layout (`layouts.mapped`). Nothing heavy is imported: every command reads the policy.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.orders.layouts.layout import ASIDE, ORDER_COLUMNS, REQUIRED

STATUSES = ("awaiting", "paid", "fulfilled", "cancelled", "refunded")
MAX_PATTERN_CHARACTERS = 500
BuiltIn = Literal["generic", "shopify", "woocommerce"]
_SHIFTING = {"utf-7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"}


def _is_our_column(name: str) -> str:
    if name not in ORDER_COLUMNS:
        raise ValueError(f"{name} is none of our columns, which are {', '.join(ORDER_COLUMNS)}")
    return name


def _is_status(word: str) -> str:
    if word not in (*STATUSES, ASIDE):
        raise ValueError(f"{word} is no order status; map it to one of {', '.join(STATUSES)}")
    return word


OurColumn = Annotated[str, AfterValidator(_is_our_column)]
Status = Annotated[str, AfterValidator(_is_status)]
Named = Annotated[str, Field(min_length=1, max_length=200)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionSearch(_Section):
    """Where session ids stand within other text; the pattern's first group is one id."""

    columns: tuple[Named, ...] = Field(min_length=1)
    pattern: str = Field(min_length=1, max_length=MAX_PATTERN_CHARACTERS)

    @field_validator("pattern")
    @classmethod
    def _can_be_searched(cls, pattern: str) -> str:
        # polars searches in time linear in the text, whatever the pattern: none can run away.
        import polars as pl

        try:
            pl.Series([""]).str.extract_all(pattern)
        except pl.exceptions.PolarsError:
            raise ValueError(
                f"{pattern} is no pattern that can be searched for (look-around and"
                " back-references are not)"
            ) from None
        return pattern


class OrderMapping(_Section):
    """How one shop's export differs from a layout; what is not said is as the layout has it."""

    files: str = ""
    layout: BuiltIn = "generic"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    sheet: str | None = None
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'", "\u00a0", "\u202f", "\u2019"] = ""
    time_zone: str | None = None
    instants: str = ""
    several_lines: bool = False
    prefix: str = Field(default="", max_length=50)
    store_column: str = ""
    stores: dict[str, str] = Field(default_factory=dict)
    columns: dict[OurColumn, Named] = Field(default_factory=dict)
    constants: dict[Literal["status", "currency"], Named] = Field(default_factory=dict)
    status: dict[str, Status] = Field(default_factory=dict)
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sessions: SessionSearch | None = None

    @property
    def has_words_alone(self) -> bool:
        """Whether it only adds status words, which then count for every file."""
        return self == OrderMapping(status=self.status)

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_one_mark(cls, mark: str) -> str:
        if len(mark) > 1 or mark.isalnum() or mark in ("\r", "\n", "\0", " "):
            raise ValueError("is one character, such as ; or a tab, no letter, digit or blank")
        return mark

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str) -> str:
        try:
            known = codecs.lookup(name)
            known.decode(b"")
        except (LookupError, UnicodeError):
            raise ValueError(f"{name} is no encoding, such as utf-8 or windows-1252") from None
        if known.name in _SHIFTING or not known._is_text_encoding:
            raise ValueError(f"{name} is no encoding of text files, such as windows-1252")
        return known.name

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        try:
            return name if name is None else ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name} is no time zone, such as Africa/Lagos") from None

    @field_validator("instants")
    @classmethod
    def _is_a_form(cls, form: str) -> str:
        told = set(re.findall(r"%([A-Za-z])", form))
        if form and not {"Y", "m", "d", "H", "M"} <= told | ({"H", "M"} if "T" in told else set()):
            raise ValueError("names %Y, %m, %d, %H and %M at least, such as %d.%m.%Y %H:%M")
        if re.search("%", re.sub(r"%[YmdHMSTz%]|\.%f", "", form)):
            raise ValueError("may use %Y %m %d %H %M %S %T %z only, and %f behind a point")
        return form

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.delimiter:
            raise ValueError("delimiter is empty; name the character between the columns")
        if self.quote == self.delimiter:
            raise ValueError("quote and delimiter are the same character")
        if self.thousands_mark == self.decimal_mark:
            raise ValueError("thousands_mark and decimal_mark are the same")
        if self.instants and "%z" not in self.instants and self.time_zone is None:
            raise ValueError("instants have no offset (%z), so time_zone must name their zone")
        if bool(self.store_column) != bool(self.stores):
            raise ValueError("store_column and [stores] are given together or not at all")
        both = sorted(self.columns.keys() & self.constants.keys())
        if both:
            raise ValueError(f"{both[0]} stands in columns and in constants")
        given = self.columns.keys() | self.constants.keys()
        lacking = [column for column in REQUIRED if column not in given]
        if self.layout == "generic" and self.columns and lacking:
            raise ValueError(f"columns name no {lacking[0]}, which every order has")
        return self


def fault_between(mappings: Mapping[str, OrderMapping]) -> str | None:
    """Say what is wrong with mappings taken together, as a sentence without its full stop."""
    taken = sorted(mappings.keys() & set(get_args(BuiltIn)))
    if taken:
        return f"orders.{taken[0]} is called like a layout; give the mapping another name"
    first: dict[str, tuple[str, str]] = {}
    for label, mapping in mappings.items():
        for word, status in mapping.status.items() if mapping.has_words_alone else ():
            earlier, meant = first.setdefault(word, (label, status))
            if meant != status:
                return (
                    f'orders.{earlier}.status and orders.{label}.status read "{word}" as {meant}'
                    f" and as {status}, and both count for every file; give each its files"
                )
    return None
