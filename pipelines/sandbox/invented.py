"""Invented people, addresses and chain hashes. No real person, account or address is meant.

Belongs here: making them from the seed. Stays out: what they buy and pay.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

_FIRST = (
    "Adaeze", "Babatunde", "Chinedu", "Wanjiru", "Kwame", "Akosua", "Thabo", "Naledi", "Mugisha",
    "Uwase", "Ifeoma", "Olúwaṣeun", "Achieng", "Kofi", "Sipho", "Keza", "Zainab", "Musa", "Efua",
    "Otieno", "Ngozi", "Lerato", "Habimana", "Amina",
)  # fmt: skip
_LAST = (
    "Okafor", "Adébáyò", "Eze", "Kamau", "Mensah", "Boateng", "Nkosi", "Dlamini", "Uwimana",
    "Niyonzima", "Balogun", "Odhiambo", "Owusu", "Botha", "Mukamana", "Ibrahim", "Danjuma",
    "Asante", "Wekesa", "Nwosu", "Mokoena", "Bello",
)  # fmt: skip
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = b"023456789acdefghjklmnpqrstuvwxyz"
# Random bytes become letters by one table look-up each.
_TO_BASE58 = bytes(_BASE58[byte % len(_BASE58)] for byte in range(256))
_TO_BECH32 = bytes(_BECH32[byte % len(_BECH32)] for byte in range(256))


class Customer(NamedTuple):
    """A buyer; the e-mail is the only thing that both sides know."""

    name: str
    email: str


def customer(rng: Random) -> Customer:
    """A buyer whose address carries eleven digits of chance, so that no two buyers share it."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    plain = first.encode("ascii", "ignore").decode().lower()
    return Customer(f"{first} {last}", f"{plain}.{rng.getrandbits(36):011}@example.com")


def hexadecimal(rng: Random, digits: int) -> str:
    """Lower-case hexadecimal digits."""
    return f"{rng.getrandbits(digits * 4):0{digits}x}"


def reference_suffix(rng: Random) -> str:
    """Ten characters, as references end."""
    return f"{rng.getrandbits(40):010X}"


def address(rng: Random, network: str) -> str:
    """A deposit address in the network's spelling."""
    if network == "TRON":
        return "T" + rng.randbytes(33).translate(_TO_BASE58).decode()
    if network == "BITCOIN":
        return "bc1q" + rng.randbytes(38).translate(_TO_BECH32).decode()
    return "0x" + hexadecimal(rng, 40)


def chain_hash(rng: Random, network: str) -> str:
    """A transaction hash in the network's spelling."""
    return ("0x" if network in ("BSC", "ETHEREUM") else "") + hexadecimal(rng, 64)
