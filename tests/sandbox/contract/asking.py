"""How each documented status of an operation is reached, and the request that does it sent.

Belongs here: what turns a granted request into each refusal, told from the operation's parameters,
body and key alone. Stays out: which request is granted (`ways`). A status that nothing leads to is
one that the contract must not document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
from sandbox.contract.documented import Operation
from sandbox.contract.scene import Scene
from sandbox.contract.ways import GRANTED, IN_NO_STATE, SECRET, Asked

PUBLISHABLE = {"Authorization": "rsp_test_client"}
BODY_BYTES_MAX = 65_536
BUSINESS_ID_LENGTH_MAX = 128
KEY_LENGTH_MAX = 255
STREAM_FRAMES = 2
# The member of a body that names an object which must exist.
NAMED_IN_BODY = {
    "createTransaction": "checkoutSessionId",
    "forceSimulatorScenario": "transactionId",
    "forceTransactionStatus": "transactionId",
    "createSubscription": "priceUid",
    "createSubscriptionCheckoutSession": "priceUid",
}


class NoWay(Exception):
    """Nothing is known by which an operation would answer with this status."""


def reach(scene: Scene, operation: Operation, status: int) -> httpx.Response:
    """The answer to a request that must bring this status about."""
    if status not in _WAYS or operation.id not in GRANTED:
        raise NoWay(f"{operation.id} {status}")
    return send(scene.stranger, operation, _WAYS[status](scene, operation))


def send(client: httpx.Client, operation: Operation, asked: Asked) -> httpx.Response:
    """The answer to one request, from a client without a key; of a stream its first frames."""
    path = operation.path
    for parameter, value in zip(operation.placed("path"), asked.path, strict=True):
        path = path.replace(f"{{{parameter['name']}}}", value)
    given: dict[str, Any] = {"params": asked.query, "headers": asked.headers}
    if asked.body is not None:
        given["content" if isinstance(asked.body, bytes) else "json"] = asked.body
    if operation.key != "session":
        return client.request(operation.method, path, **given)
    with client.stream(operation.method, path, **given) as streamed:
        text = ""
        for piece in streamed.iter_text():
            text += piece
            if text.count("\n\n") >= STREAM_FRAMES:
                break
        return httpx.Response(streamed.status_code, headers=streamed.headers, text=text)


def _anybody(operation: Operation) -> Asked:
    """A request about nothing that exists, for what is refused before it is looked up."""
    return Asked(path=("any_1",) * len(operation.placed("path")))


def _granted(scene: Scene, operation: Operation) -> Asked:
    return GRANTED[operation.id](scene)


def _ill_formed(scene: Scene, operation: Operation) -> Asked:
    if operation.has_body:
        return replace(_anybody(operation), body=b"[]")
    if operation.is_idempotent:
        key = {"Idempotency-Key": "k" * (KEY_LENGTH_MAX + 1)}
        return replace(_granted(scene, operation), headers=SECRET | key)
    if operation.placed("query"):
        name = operation.placed("query")[0]["name"]
        return replace(_anybody(operation), query={name: "neither a word nor a number"})
    raise NoWay(f"{operation.id} takes nothing that could be ill-formed")


def _keyless(_: Scene, operation: Operation) -> Asked:
    if operation.key == "none":
        raise NoWay(f"{operation.id} needs no key")
    return replace(_anybody(operation), headers={})


def _forbidden(_: Scene, operation: Operation) -> Asked:
    if operation.key not in ("secret", "client"):
        raise NoWay(f"{operation.id} looks at no key")
    foreign = SECRET | {"x-business-id": "b" * (BUSINESS_ID_LENGTH_MAX + 1)}
    headers = PUBLISHABLE if operation.key == "secret" else foreign
    return replace(_anybody(operation), headers=headers)


def _unknown(scene: Scene, operation: Operation) -> Asked:
    asked = _granted(scene, operation)
    if asked.path:
        return replace(asked, path=("any_1",) * len(asked.path))
    if operation.id in NAMED_IN_BODY and isinstance(asked.body, dict):
        return replace(asked, body=asked.body | {NAMED_IN_BODY[operation.id]: "any_1"})
    raise NoWay(f"{operation.id} names no object")


def _conflicting(scene: Scene, operation: Operation) -> Asked:
    if operation.is_idempotent:
        return used_key(scene, operation)
    return in_no_state(scene, operation)


def used_key(scene: Scene, operation: Operation) -> Asked:
    """A request with the Idempotency-Key of another one."""
    key = {"Idempotency-Key": f"key-{scene.number()}"}
    scene.client.post("/api/v1/checkout-sessions", json=_SMALL, headers=key)
    return replace(_granted(scene, operation), headers=SECRET | key)


def in_no_state(scene: Scene, operation: Operation) -> Asked:
    """A request about an object whose state does not allow it."""
    if operation.id not in IN_NO_STATE:
        raise NoWay(f"{operation.id} is refused by no state")
    return IN_NO_STATE[operation.id](scene)


def _too_large(_: Scene, operation: Operation) -> Asked:
    if not operation.has_body:
        raise NoWay(f"{operation.id} reads no body")
    return replace(_anybody(operation), body=b" " * (BODY_BYTES_MAX + 1))


def _too_many(_: Scene, operation: Operation) -> Asked:
    return _anybody(operation)


_SMALL = {"amount": 1, "currency": "KES"}
_WAYS: dict[int, Callable[[Scene, Operation], Asked]] = {
    200: _granted,
    400: _ill_formed,
    401: _keyless,
    403: _forbidden,
    404: _unknown,
    409: _conflicting,
    413: _too_large,
    429: _too_many,
}
