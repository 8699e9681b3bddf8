"""A local KuvarPay: a seeded book of trade behind a real HTTP server, and its planned breaks.

Imported by the command line and by tests only; it imports nothing else of this project.
"""

from pipelines.sandbox.house.manners import Manners
from pipelines.sandbox.plan import SandboxPlan, SandboxRefused
from pipelines.sandbox.server import SandboxEnded, SandboxServer, serve_forever
from pipelines.sandbox.truth import PRECEDENCE, expected_breaks

__all__ = [
    "PRECEDENCE",
    "Manners",
    "SandboxEnded",
    "SandboxPlan",
    "SandboxRefused",
    "SandboxServer",
    "expected_breaks",
    "serve_forever",
]
