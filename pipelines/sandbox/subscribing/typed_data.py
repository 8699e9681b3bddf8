"""The EIP-712 typed data that a customer signs to let the spender contract charge a wallet.

Only its form lives here; what has been signed is known to authorizations.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pipelines.sandbox.rendering import BUSINESS_ID
from pipelines.sandbox.subscribing.records import Record
from pipelines.sandbox.tokens import TOKENS

MERCHANT_ID = "0x" + sha256(BUSINESS_ID.encode()).hexdigest()
# Stands for "no end" and "no limit" where a subscription was made without a checkout.
_UINT256_MAX = str(2**256 - 1)
_TYPES = {
    "EIP712Domain": (
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
    ),
    "SubscriptionAuth": (
        ("merchantId", "bytes32"),
        ("authId", "bytes32"),
        ("subscriber", "address"),
        ("token", "address"),
        ("amount", "uint256"),
        ("period", "uint256"),
        ("deadline", "uint256"),
    ),
}


def typed_data(authorization: Record, amount_units: int | None) -> dict[str, Any]:
    """Typed data over an authorization; `amount_units` is the most that one charge may take."""
    kept, token = authorization.kept, TOKENS[authorization.kept["token_id"]]
    return {
        "domain": {
            "name": "SubscriptionSpender",
            "version": "1",
            "chainId": token.chain_id,
            "verifyingContract": token.spender,
        },
        "types": {
            name: [{"name": member, "type": kind} for member, kind in members]
            for name, members in _TYPES.items()
        },
        "primaryType": "SubscriptionAuth",
        "message": {
            "merchantId": MERCHANT_ID,
            "authId": authorization.shown["authId"],
            "subscriber": kept["wallet"],
            "token": token.address,
            "amount": _UINT256_MAX if amount_units is None else str(amount_units),
            "period": str(kept["period_seconds"]),
            "deadline": _UINT256_MAX if kept["expiry"] is None else str(kept["expiry"]),
        },
    }
