"""A whole night as one plain function: the same steps that the Dagster job runs one by one.

Belongs here: their order. Stays out: everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from pipelines.faults import ReconFault
from pipelines.night.actions import take_in_actions
from pipelines.night.deliver import Delivered, Published, deliver, fail, publish
from pipelines.night.frame import Frame, begin
from pipelines.night.judge import build_marts, check_claims, draw_up, reconcile, require_claims
from pipelines.night.orders import take_in_orders
from pipelines.night.pull import pull
from pipelines.night.validate import Contract, validate


@dataclass(frozen=True)
class Night:
    """How a night ended."""

    published: Published
    delivered: Delivered


def run_night(frame: Frame, contracts: Mapping[str, Contract]) -> Night:
    """Run every step in order.

    Raises the fault that stopped it, after the failure was written down and mailed.
    """
    with ExitStack() as alone:
        try:
            alone.enter_context(frame.alone())
            published = _run_steps(frame, contracts)
        except ReconFault as fault:
            fail(frame, fault)
            raise
        return Night(published, deliver(frame))


def _run_steps(frame: Frame, contracts: Mapping[str, Contract]) -> Published:
    begin(frame)
    take_in_actions(frame)
    take_in_orders(frame)
    pull(frame)
    validate(frame, contracts)
    require_claims(check_claims(frame, "validated"))
    reconcile(frame)
    require_claims(check_claims(frame, "reconciled"))
    build_marts(frame)
    require_claims(check_claims(frame, "marts"))
    draw_up(frame)
    return publish(frame)
