import pytest

from pipelines.currencies import minor_units


@pytest.mark.parametrize(
    ("code", "units"),
    [
        *((code, 0) for code in ("XOF", "XAF", "RWF", "GNF", "BIF", "DJF", "KMF", "UGX")),
        *((code, 2) for code in ("NGN", "KES", "GHS", "ZAR", "USD")),
        *((code, 3) for code in ("BHD", "TND")),
    ],
)
def test_minor_units_are_those_of_iso_4217(code: str, units: int) -> None:
    assert minor_units(code) == units


@pytest.mark.parametrize("code", ["", "ngn", "Ngn", "NG", "NGNN", "QQQ", "XAU", "XXX", "XTS", "₦"])
def test_what_is_no_payment_currency_has_no_minor_units(code: str) -> None:
    assert minor_units(code) is None
