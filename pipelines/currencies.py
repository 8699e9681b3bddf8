"""How many decimals a fiat currency has, by ISO 4217.

The list is the `iso4217` package's copy of the maintenance agency's table. Babel stays out of
this: CLDR says how prices are *shown* (IQD, LBP, MGA without decimals), ISO how they are *kept*.
Coins stay out too: their decimals come from the gateway's currency table.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def minor_units(code: str) -> int | None:
    """Decimals of the currency with this upper-case code; None for what is no payment currency.

    Gold, test codes and other entries for which ISO gives no minor unit count as unknown.
    """
    # Parsing ISO's table costs 50 ms, which a command that handles no money need not pay.
    from iso4217 import Currency

    try:
        return Currency(code).exponent
    except ValueError:
        return None
