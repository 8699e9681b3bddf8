"""Calls that schemathesis generates from the contract, sent to a sandbox and held against it.

Belongs here: the three ways to generate them, the objects lent to them so that they get somewhere,
and the count at the socket. Stays out: which faults are looked for besides schemathesis' own
checks (`judged`), and how many calls are enough, which the tests say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from sandbox.contract.asking import NAMED_IN_BODY
from sandbox.contract.documented import loaded
from sandbox.contract.judged import refused_for_a_known_reason
from sandbox.contract.scene import Scene
from sandbox.contract.ways import GRANTED, SECRET, Asked
from schemathesis.core.result import Ok
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput

# The members of a body that are lent with the objects that they name.
LENT = {name: (member,) for name, member in NAMED_IN_BODY.items()} | {
    "confirmSubscriptionCheckout": ("tokenId", "walletAddress", "schedule"),
    "upgradeSubscription": ("priceUid",),
    "downgradeSubscription": ("priceUid",),
}
STEPS = 20
STREAM_FRAMES = 2
_CONFIG = {
    "max-stream-events": STREAM_FRAMES,
    "request-timeout": 10,
    # Keys are tried for each operation beside this; a generated one would only be refused.
    "generation": {"with-security-parameters": False},
    "checks": {
        # Would send each call thrice more with other keys, past the client that counts.
        "ignored_auth": {"enabled": False},
        # In its place stands a check that knows which valid data is refused, and why.
        "positive_data_acceptance": {"enabled": False},
        # A subscription that is deleted has ended, and can be read all the same.
        "use_after_free": {"enabled": False},
    },
}


class Calls(HTTPAdapter):
    """The socket client, counting what it sends by the status of the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: Counter[int] = Counter()

    def send(self, *given: Any, **more: Any) -> requests.Response:
        answer = super().send(*given, **more)
        self.statuses[answer.status_code] += 1
        return answer

    def told(self) -> str:
        """How many calls, and how they were answered."""
        each = ", ".join(f"{many} x {status}" for status, many in sorted(self.statuses.items()))
        return f"{self.statuses.total()} calls: {each}"


class Generator:
    """Generates calls of one contract, or some operations of it, and sends them to a sandbox."""

    def __init__(self, scene: Scene, *, only: list[str] | None = None) -> None:
        self.calls = Calls()
        self.scene = scene
        self._session = requests.Session()
        self._session.mount("http://", self.calls)
        config = schemathesis.Config.from_dict(_CONFIG)
        whole = schemathesis.openapi.from_dict(loaded(), config=config)
        self._schema = whole if only is None else whole.include(operation_id=only)

    def __enter__(self) -> Generator:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def operations(self) -> dict[str, Any]:
        """Every operation by its id."""
        found = [one.ok() for one in self._schema.get_all_operations() if isinstance(one, Ok)]
        return {one.definition.raw["operationId"]: one for one in found}

    def positive(self, count: int) -> None:
        """Calls of each operation that the contract allows, half of them about what exists."""
        for operation in self.operations().values():
            self.allowed(operation, count)

    def negative(self, count: int) -> None:
        """Calls of each operation that the contract forbids, where it forbids any."""
        for operation in self.operations().values():
            if operation.definition.raw.get("parameters") or operation.body:
                self.forbidden(operation, count)

    def allowed(self, operation: Any, count: int) -> None:
        """Calls of one operation that the contract allows."""
        strategy = operation.as_strategy(schemathesis.GenerationMode.POSITIVE)

        @_repeatable(count)
        @given(case=strategy, is_lent=st.booleans())
        def drive(case: schemathesis.Case, is_lent: bool) -> None:
            headers = self.lend(case) if is_lent else SECRET
            case.call_and_validate(
                **self.given(headers), additional_checks=[refused_for_a_known_reason]
            )

        drive()

    def forbidden(self, operation: Any, count: int) -> None:
        """Calls of one operation that the contract forbids."""
        strategy = operation.as_strategy(schemathesis.GenerationMode.NEGATIVE)

        @_repeatable(count)
        @given(case=strategy)
        def drive(case: schemathesis.Case) -> None:
            case.call_and_validate(**self.given(SECRET))

        drive()

    def stateful(self, count: int, open_scene: Callable[[], AbstractContextManager[Scene]]) -> None:
        """Stories along the contract's links, each of some steps in a sandbox of its own.

        What a story draws depends on what it was answered, so nothing may be left from the last.
        """
        generator = self
        made: Any = self._schema.as_state_machine()

        class Story(made):  # type: ignore[misc]
            def setup(self) -> None:
                self.stack = ExitStack()
                generator.scene = self.stack.enter_context(open_scene())

            def teardown(self) -> None:
                self.stack.close()

            def step(self, input: StepInput) -> StepOutput:  # noqa: A002 - named by its base
                self.headers = SECRET
                # Links lead from answer to answer; a first step has nothing but what it is lent.
                if input.transition is None or "/sse/" in input.case.path:
                    self.headers = generator.lend(input.case)
                step: StepOutput = super().step(input)
                return step

            def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002
                return generator.given(self.headers)

        Story.run(settings=_repeatable(count))

    def given(self, headers: dict[str, str]) -> dict[str, Any]:
        """Where a case is sent, through which client and with which key."""
        return {
            "base_url": str(self.scene.client.base_url),
            "session": self._session,
            "headers": headers,
            # An answer that leads elsewhere is an answer.
            "allow_redirects": False,
        }

    def lend(self, case: schemathesis.Case) -> dict[str, str]:
        """Let a case be about objects that exist; gives the headers that go with them."""
        name = case.operation.definition.raw["operationId"]
        asked: Asked = GRANTED[name](self.scene)
        if asked.path:
            steps = [step[1:-1] for step in case.path.split("/") if step.startswith("{")]
            case.path_parameters = dict(zip(steps, asked.path, strict=True))
        if isinstance(case.body, dict) and isinstance(asked.body, dict):
            lent = {member: asked.body[member] for member in LENT.get(name, ())}
            case.body = {**case.body, **lent}
        return asked.headers


def _repeatable(count: int) -> settings:
    """The same calls each time, with nothing remembered and nothing timed."""
    return settings(
        max_examples=count,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
