"""The kinds of reports there are, by name: each is declared in a module of its own.

Belongs here: the list. Stays out: what a report is made of (`reports.tables`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reports.figures import FiguresUnusable
from reports.kinds.exceptions import EXCEPTIONS
from reports.kinds.fees import FEES
from reports.kinds.month import MONTH
from reports.kinds.quality import QUALITY
from reports.kinds.settlement import SETTLEMENT
from reports.kinds.subscriptions import SUBSCRIPTIONS
from reports.tables import Report

_DECLARED = (EXCEPTIONS, SETTLEMENT, FEES, SUBSCRIPTIONS, QUALITY, MONTH)
REPORTS: Mapping[str, Report] = MappingProxyType({one.name: one for one in _DECLARED})
NAMES = ("daily", *REPORTS)
"""Every report that a closing draws up, the one that is mailed first."""


def report_named(name: str) -> Report:
    """Return the declared report of a name; raises FiguresUnusable when there is none."""
    if name not in REPORTS:
        message = f"{name!r} is not the name of a report."
        raise FiguresUnusable(message)
    return REPORTS[name]
