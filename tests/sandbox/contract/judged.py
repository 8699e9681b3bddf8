"""What a schema cannot say, and a sandbox refuses all the same.

Each line is a member by which schema-valid data may be refused, because of what else is asked or
of what exists. Any other refusal of valid data is a fault of the sandbox or of its contract.
"""

from __future__ import annotations

import re
from typing import Any

import schemathesis

SAID_IN_ROOMS: dict[str, set[str]] = {
    # An amount and its coin are those of the session, which has a coin or leaves it open; and a
    # network carries some coins.
    "createTransaction": {"toAmount", "toCurrency", "fromCurrency", "fromNetwork"},
    "getOptimalTransferFee": {"network"},
    # A coin has so many digits.
    "forceSimulatorScenario": {"amount"},
    # Its lines come to what one payment can carry, and something is left of them to pay.
    "createInvoice": {"items", "items.N.currency", "discountAmount", "dueDate"},
    "createPaymentLink": {"expiresAt"},
    "confirmSubscriptionCheckout": {
        "limits.capAmount", "limits.maxPerCharge", "schedule.expiry", "walletAddress",
    },
    # No schema tells earlier instants from later ones.
    "createSubscriptionInvoice": {"due_date"},
    "createMeteredInvoice": {"due_date"},
    "createAuthorization": {"authId", "walletAddress"},
}  # fmt: skip
# Wherever an instant is told.
OUT_OF_TIME = "must lie between the years 1 and 9000"
_PLACE = re.compile(r"\.[0-9]+(?=\.|$)")


def refused_for_a_known_reason(
    _: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Valid data is refused by 400 only for what a schema cannot say."""
    meta = case.meta
    if response.status_code != 400 or meta is None or not meta.generation.mode.is_positive:
        return
    answer: dict[str, Any] = response.json()
    if OUT_OF_TIME in answer["error"]:
        return
    name = case.operation.definition.raw["operationId"]
    told = {_PLACE.sub(".N", member) for member in answer.get("details", {"": ""})}
    assert told <= SAID_IN_ROOMS.get(name, set()), f"{name} refuses valid data: {answer['error']}"
