"""The tokens that subscriptions are charged in: chain, contract, decimals, and base units.

A token's id is the id of its currency in the lists: coin and network in lower case. Addresses are
invented. What is charged, and when, is told elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from pipelines.sandbox import invented, tender


@dataclass(frozen=True)
class Token:
    """A stablecoin on one chain; `decimals` are those of its contract."""

    id: str
    symbol: str
    network: str
    address: str
    spender: str
    decimals: int
    chain_id: int

    def units(self, amount: Decimal) -> Decimal:
        """An amount in base units; not a whole number when it has more digits than the token."""
        return amount.scaleb(self.decimals)

    def is_wallet(self, address: str) -> bool:
        """Whether an address is spelt as the chain spells wallets."""
        return _WALLETS[self.network].fullmatch(address) is not None


_EVM = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_WALLETS = {
    "TRON": re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}", re.ASCII),
    "BSC": _EVM,
    "ETHEREUM": _EVM,
}


def _token(asset: tender.Asset, decimals: int, chain_id: int) -> Token:
    name = f"{asset.coin}-{asset.network}".lower()
    return Token(
        id=name,
        symbol=asset.coin,
        network=asset.network,
        address=invented.address(Random(f"token/{name}"), asset.network),  # noqa: S311
        spender=invented.address(Random(f"spender/{asset.network}"), asset.network),  # noqa: S311
        decimals=decimals,
        chain_id=chain_id,
    )


# USDT has 18 decimals on BNB Chain, as the documentation's example shows.
DEFAULT = _token(tender.USDT_BSC, 18, 56)
TOKENS = {
    token.id: token
    for token in (_token(tender.USDT_TRON, 6, 728_126_428), DEFAULT, _token(tender.USDC, 6, 1))
}
