"""Relay authorizations: signed, submitted, in force a minute later, revoked.

A signature of zeros is refused by the relay. One authorization is in force at a time: a new one
takes the place of the last; revoking takes back every open one, so that no renewal outlives it.
What it is good for is told by charging, what follows by changes.
"""

from __future__ import annotations

from pipelines.sandbox.agenda import Due
from pipelines.sandbox.days import MINUTE
from pipelines.sandbox.house.calls import (
    Call,
    Handler,
    Reply,
    bad_request,
    conflict,
    data,
    not_found,
)
from pipelines.sandbox.invented import chain_hash
from pipelines.sandbox.subscribing.changes import Changes
from pipelines.sandbox.subscribing.lifecycle import OPEN_AUTHORIZATIONS
from pipelines.sandbox.subscribing.records import AUTHORIZATION, SUBSCRIPTION, Record, Records
from pipelines.sandbox.subscribing.standing import Standing
from pipelines.sandbox.tokens import TOKENS
from pipelines.sandbox.world import World

ACTIVE_AFTER = MINUTE
_AWAITING = ("PENDING", "FAILED")


class Authorizations:
    """The room of relay authorizations."""

    def __init__(
        self, world: World, records: Records, *, standing: Standing, changes: Changes
    ) -> None:
        self._world = world
        self._records = records
        self._standing = standing
        self._changes = changes
        world.on("subscription.authorization_active", self._activate)

    def operations(self) -> dict[str, Handler]:
        """Handlers by operationId."""
        return {
            "createAuthorization": self._submit,
            "revokeRelayAuthorization": self._revoke,
            "getRelayAuthorizationStatus": lambda call: data(
                self._standing_for(self._standing.of_call(call)).shown
            ),
        }

    def _standing_for(self, subscription: Record) -> Record:
        """The one that charges are made by; before there is one, the latest."""
        uid = subscription.kept["authorization"]
        in_force = None if uid is None else self._records.get(AUTHORIZATION, uid)
        if in_force is not None and in_force.status == "ACTIVE":
            return in_force
        latest = self._latest(subscription)
        return latest if latest.status in OPEN_AUTHORIZATIONS else in_force or latest

    def _all(self, subscription: Record) -> list[Record]:
        """All there have been, oldest first, or 404."""
        found = self._records.of(AUTHORIZATION, parent=subscription.uid)
        if not found:
            raise not_found("Authorization")
        return found

    def _latest(self, subscription: Record) -> Record:
        """The newest one that is open, or else the newest one, or 404."""
        found = self._all(subscription)
        return next(
            (one for one in reversed(found) if one.status in OPEN_AUTHORIZATIONS), found[-1]
        )

    def _asked_for(self, call: Call, subscription: Record) -> Record:
        """The authorization that a signature is for."""
        if "authId" not in call.body:
            return self._latest(subscription)
        for authorization in self._records.of(AUTHORIZATION, parent=subscription.uid):
            if authorization.shown["authId"] == call.body["authId"]:
                return authorization
        raise bad_request("authId", "The subscription has no such authorization")

    def _submit(self, call: Call) -> Reply:
        subscription = self._standing.living(call)
        authorization = self._asked_for(call, subscription)
        if authorization.status not in _AWAITING:
            raise conflict(f"The authorization is {authorization.status}")
        self._take_wallet(call, authorization)
        if not call.body["signature"].removeprefix("0x").strip("0"):
            self._records.save(authorization, status="FAILED")
            return data(authorization.shown)
        network = TOKENS[authorization.kept["token_id"]].network
        tx_hash = chain_hash(self._world.chance("subscribing/relay"), network)
        self._records.save(authorization, status="SUBMITTED", tx_hash=tx_hash)
        at = self._world.instant + ACTIVE_AFTER
        self._world.later(at, "subscription.authorization_active", authorization.uid)
        return data(authorization.shown)

    @staticmethod
    def _take_wallet(call: Call, authorization: Record) -> None:
        """The wallet must be the confirmed one, or be named here when none was confirmed."""
        wallet, confirmed = call.body.get("walletAddress"), authorization.kept["wallet"]
        token = TOKENS[authorization.kept["token_id"]]
        if confirmed is None and wallet is None:
            raise bad_request("walletAddress", "is required: no checkout has named one")
        if wallet is not None and not token.is_wallet(wallet):
            raise bad_request("walletAddress", f"is not an address on {token.network}")
        if wallet and confirmed and not _is_same(wallet, confirmed):
            raise bad_request("walletAddress", "is not the wallet that was confirmed")
        authorization.kept["wallet"] = confirmed or wallet

    def _activate(self, due: Due) -> None:
        authorization = self._records.get(AUTHORIZATION, due.subject)
        if authorization.status != "SUBMITTED":
            return
        subscription = self._records.get(SUBSCRIPTION, authorization.kept["subscription"])
        self._retire(subscription)
        self._records.save(authorization, status="ACTIVE")
        subscription.kept["authorization"] = authorization.uid
        address = TOKENS[authorization.kept["token_id"]].address
        self._records.save(subscription, token_address=address)
        self._changes.approved(authorization)

    def _retire(self, subscription: Record) -> None:
        if (uid := subscription.kept["authorization"]) is None:
            return
        last = self._records.get(AUTHORIZATION, uid)
        if last.status == "ACTIVE":
            self._records.save(last, status="REVOKED")

    def _revoke(self, call: Call) -> Reply:
        """Take back the one in force and whatever could still come into force after it."""
        subscription = self._standing.living(call)
        answered = self._standing_for(subscription)
        if answered.status not in OPEN_AUTHORIZATIONS:
            raise conflict(f"The authorization is {answered.status}")
        for authorization in self._all(subscription):
            if authorization.status in OPEN_AUTHORIZATIONS:
                self._records.save(authorization, status="REVOKED")
        return data(self._records.get(AUTHORIZATION, answered.uid).shown)


def _is_same(wallet: str, confirmed: str) -> bool:
    """Hexadecimal addresses are the same in any case, others only when spelt alike."""
    if confirmed.startswith("0x"):
        return wallet.lower() == confirmed.lower()
    return wallet == confirmed
