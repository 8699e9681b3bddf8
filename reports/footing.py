"""How a reader finds the figures of a report again: what stands at the foot of every form.

Belongs here: the names and values, in their order. Stays out: how they look.
"""

from __future__ import annotations

from reports import wording
from reports.render import flat_policy
from reports.tables import Figures


def footing(figures: Figures) -> list[tuple[str, str]]:
    """Return digest, cut-off, time zone, rounding rule, versions, policy and the query."""
    control = figures["control"]
    return [
        ("Snapshot digest", control["snapshot_digest"]),
        ("Data cut-off", wording.both_clocks(control["data_cut_off"], figures["timezone"])),
        ("Time zone", figures["timezone"]),
        ("Rounding rule", control["rounding_rule"]),
        ("Rule version", control["rule_version"]),
        ("Policy version", control["policy_version"]),
        *flat_policy(figures["policy"]),
        ("Query", control["query"]),
    ]
