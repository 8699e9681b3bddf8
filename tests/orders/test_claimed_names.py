"""A mapping claims exports by their names, and none of its shop's is read without it."""

from collections.abc import Callable

import pytest
from orders.shops import SHOPIFY_HEADER, shopify, written

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile

Read = Callable[..., OrderFile]
PREFIXED = {"layout": "shopify", "files": "berlin-*.csv", "prefix": "B-"}


@pytest.mark.parametrize("name", ["Berlin-1.csv", "berlin-1.CSV", "BERLIN-1.csv"])
def test_a_capital_letter_in_its_name_loses_a_file_no_mapping(read: Read, name: str) -> None:
    declared = OrderMapping.model_validate(PREFIXED)
    file = read(written(SHOPIFY_HEADER, shopify()), name=name, mappings={"berlin": declared})
    assert file.accepted["order_id"].to_list() == ["B-#1001"]


@pytest.mark.parametrize(
    ("given", "is_read"),
    [({}, False), ({"columns": {"amount": "Gesamt"}}, True), ({"delimiter": ";"}, True)],
    ids=["of the same header", "of another header", "of another form"],
)
def test_a_shop_export_whose_name_no_mapping_of_its_header_claims_is_refused(
    read: Read, *, given: dict[str, object], is_read: bool
) -> None:
    declared = {"berlin": OrderMapping.model_validate({**PREFIXED, **given})}
    content = written(SHOPIFY_HEADER, shopify())
    if is_read:
        assert read(content, name="berln-1.csv", mappings=declared).layout == "shopify"
        return
    with pytest.raises(OrderFileRefused, match=r"fits \[orders\.berlin\] .* whose shopify export"):
        read(content, name="berln-1.csv", mappings=declared)
    both = {**declared, "main": OrderMapping(layout="shopify", files="berln-*.csv")}
    assert read(content, name="berln-1.csv", mappings=both).layout == "main"
