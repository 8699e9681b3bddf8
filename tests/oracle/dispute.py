"""Everything that the engine says otherwise than the reckoning, in one call.

Belongs here: which comparisons an agreement is made of. Stays out: each of them.
"""

from __future__ import annotations

from typing import Any

from oracle.comparison import differing, disagreements
from oracle.engine import judge
from oracle.published import engine_breaks, engine_proof, oracle_breaks, oracle_proof
from oracle.reckoning import reckon
from oracle.world import World


def disputed(world: World) -> dict[str, Any]:
    """What → what the engine says and what was reckoned; empty where both agree."""
    connection, reckoning = judge(world), reckon(world)
    return (
        disagreements(connection, reckoning, billed=True)
        | differing(engine_breaks(connection), oracle_breaks(world, reckoning))
        | differing(engine_proof(connection), oracle_proof(reckoning))
    )
