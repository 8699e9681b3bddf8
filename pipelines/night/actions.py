"""Taking in what people decided: from the file that it was written to into `ops.actions`.

Every run that judges does this first, so that a kill between file and database loses nothing and
counts nothing twice. Stays out: writing the file (`warehouse.decisions`), judging (`judge`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.night.frame import Frame, run_facts
from pipelines.warehouse.decisions import TAKEN_IN, insert_actions

ACTIONS = "actions"
"""The kind of the entry that takes them in."""


def take_in_actions(frame: Frame) -> int:
    """Take in every action that waits, as one commit; how many there were."""
    with frame.store() as store:
        waiting = frame.decided(store.connection)
        if not waiting.rows:
            return 0

        def work() -> Mapping[str, Any]:
            insert_actions(store.connection, waiting.rows)
            numbers = [row["action_no"] for row in waiting.rows]
            return {
                **run_facts(frame, store.run),
                TAKEN_IN: {**waiting.mark, "first": numbers[0], "last": numbers[-1]},
            }

        store.chain.commit(store.connection, ACTIONS, work)
    count = len(waiting.rows)
    frame.tell(f"actions: {count} {'decision' if count == 1 else 'decisions'} of people taken in")
    return count
