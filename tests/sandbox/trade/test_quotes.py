"""A rate that was fixed for USDT is the dollar's as well, whatever coin pays."""

from decimal import Decimal

import pytest


@pytest.mark.parametrize("coin", ["USDT", "BTC"])
def test_dollars_are_counted_at_the_rate_fixed_for_usdt(merchant, coin):
    terms = {"rates": {"USDT/NGN": "1000"}}
    merchant.client.put("/_sandbox/terms", json=terms).raise_for_status()
    payment = merchant.reads(f"transactions/{merchant.payment(fromCurrency=coin)}")
    asked = {"toCurrency": "NGN", "toAmount": 5000, "fromCurrency": coin}
    quote = merchant.asks("transactions/calculate", **asked).json()["data"]
    shown = [payment[name] for name in ("usdtAmount", "estimatedUsdtAmount", "usdValue")]
    shown.append(quote["estimatedUsdtAmount"])
    assert [Decimal(str(amount)) for amount in shown] == [5, 5, 5, 5]
