"""The terms of the sandbox's trade: exact rates, the fee, and what happens by itself.

They stand in one document and are changed by a control endpoint; who acts on them is elsewhere.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.sandbox.house.calls import bad_request
from pipelines.sandbox.tender import ASSET_CHOICE, FEE_PERCENT, FIATS, HUNDRED
from pipelines.sandbox.world import World

_KIND = "terms"
_SWITCHES = ("auto_confirm", "auto_payout", "auto_refund", "auto_expire")
_PAIRS = {f"{asset.coin}/{fiat}" for asset in ASSET_CHOICE for fiat in FIATS}
_RATE_MAX = Decimal(10) ** 15
_RATE_DIGITS_MAX = 18


class Terms:
    """Reading and changing them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def all(self) -> dict[str, Any]:
        """The terms in force; rates and fee as decimal text."""
        standing: dict[str, Any] = {"rates": {}, "fee_percent": str(FEE_PERCENT)}
        standing |= dict.fromkeys(_SWITCHES, True)
        return standing | (self._world.documents.get(_KIND, _KIND) or {})

    def change(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some of them; an unknown name or a wrong value is refused by name."""
        terms = self.all()
        for name, value in changes.items():
            if name == "rates":
                terms["rates"] = {**terms["rates"], **_rates(value)}
            elif name == "fee_percent":
                terms[name] = _decimal(name, value, most=HUNDRED)
            elif name in _SWITCHES:
                if not isinstance(value, bool):
                    raise bad_request(name, "must be true or false")
                terms[name] = value
            else:
                known = ", ".join(("rates", "fee_percent", *_SWITCHES))
                raise bad_request(name, f"is none of {known}")
        documents = self._world.documents
        if documents.get(_KIND, _KIND) is None:
            documents.add(_KIND, _KIND, terms)
        else:
            documents.put(_KIND, _KIND, terms)
        return terms

    def does(self, switch: str) -> bool:
        """Whether something happens by itself."""
        return bool(self.all()[switch])

    def rate(self, coin: str, currency: str) -> Decimal | None:
        """The rate that was set for a pair, fiat for one coin."""
        told = self.all()["rates"].get(f"{coin}/{currency}")
        return None if told is None else Decimal(told)

    def fee_percent(self) -> Decimal:
        """The gateway's fee, percent of the fiat amount."""
        return Decimal(self.all()["fee_percent"])


def _rates(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise bad_request("rates", 'must be an object such as {"USDT/NGN": "1541.37"}')
    for pair in given:
        if pair not in _PAIRS:
            raise bad_request(f"rates.{pair}", "must be a pair such as USDT/NGN")
    return {pair: _decimal(f"rates.{pair}", rate, most=_RATE_MAX) for pair, rate in given.items()}


def _decimal(field: str, value: Any, *, most: Decimal) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(-1)
    zero_is_wrong = field.startswith("rates") and number == 0
    if not number.is_finite() or not 0 <= number <= most or zero_is_wrong:
        raise bad_request(field, f"must be a decimal up to {most}")
    if int(number.as_tuple().exponent) < -_RATE_DIGITS_MAX:
        raise bad_request(field, f"has more than {_RATE_DIGITS_MAX} decimal digits")
    return format(number, "f")
