"""Any shop's export is read by a mapping in recon.toml, and a mapping that cannot be says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from orders.shops import SHOPIFY_HEADER, shopify, written

from pipelines.faults import ConfigurationFault
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile
from pipelines.policy import load_policy

Read = Callable[..., OrderFile]
BERLIN = """
[orders.berlin]
files = "berlin-*.csv"
delimiter = ";"
encoding = "windows-1252"
decimal_mark = ","
thousands_mark = "."
time_zone = "Europe/Berlin"
instants = "%d.%m.%Y %H:%M"
store_column = "Filiale"
[orders.berlin.stores]
"Köln" = "K-"
"Mitte" = "M-"
[orders.berlin.columns]
order_id = "Bestellung"
status = "Zustand"
amount = "Summe"
placed_at = "Bestellt"
paid_at = "Bezahlt"
[orders.berlin.constants]
currency = "EUR"
[orders.berlin.status]
bezahlt = "paid"
"storniert" = "cancelled"
Entwurf = "not_an_order"
[orders.berlin.only]
Zahlart = ["KuvarPay"]
[orders.berlin.sessions]
columns = ["Notiz"]
pattern = 'Sitzung ([0-9a-z]{4,40})'
"""


@pytest.fixture
def mappings(tmp_path: Path) -> Callable[[str], dict[str, OrderMapping]]:
    def load(text: str) -> dict[str, OrderMapping]:
        (tmp_path / "recon.toml").write_text(text, encoding="utf-8")
        return load_policy(tmp_path / "recon.toml").orders

    return load


def test_a_shop_with_everything_otherwise_is_read(
    read: Read, mappings: Callable[[str], dict[str, OrderMapping]]
) -> None:
    content = (
        "Filiale;Bestellung;Zustand;Summe;Bestellt;Bezahlt;Zahlart;Notiz\n"
        "Köln;17;bezahlt;1.234,50;20.11.2026 09:30;20.11.2026 09:45;KuvarPay;Sitzung 0af3; grüßt\n"
        "Mitte;17;storniert;0,5;20.11.2026 09:30;;KuvarPay;\n"
        "Mitte;18;Entwurf;;20.11.2026 09:30;;KuvarPay;\n"
        "Mitte;19;bezahlt;7,00;20.11.2026 09:30;;Bar;\n"
        "Mitte;20;bezahlt;1234.50;20.11.2026 09:30;;KuvarPay;\n"
        "Mitte;21;bezahlt;1,00;1.11.2026 09:30;;KuvarPay;\n"
        "Mitte;22;bezahlt;1,00;25.10.2026 02:30;;KuvarPay;\n"
        "Bonn;23;bezahlt;1,00;20.11.2026 09:30;;KuvarPay;\n"
    ).replace("; grüßt", ", grüßt")
    file = read(content.encode("cp1252"), name="berlin-1.csv", mappings=mappings(BERLIN))
    columns = ("order_id", "status", "amount", "currency", "placed_at", "session_ids")
    assert file.accepted.select(columns).rows() == [
        ("K-17", "paid", "1234.50", "EUR", "2026-11-20T08:30:00.000000Z", ["0af3"]),
        ("M-17", "cancelled", "0.5", "EUR", "2026-11-20T08:30:00.000000Z", []),
    ]
    assert file.aside == 2
    assert file.quarantined.select("source_row", "reason").rows() == [
        (
            6,
            'Summe "1234.50" is not written with "," before its decimals'
            ' and "." between thousands.',
        ),
        (7, 'Bestellt "1.11.2026 09:30" is not written as %d.%m.%Y %H:%M.'),
        (8, 'Bestellt "25.10.2026 02:30" is no time in Europe/Berlin, or is two.'),
        (9, 'Filiale "Bonn" is no store that is declared.'),
    ]


def test_columns_that_are_not_mapped_are_left_alone(
    read: Read, mappings: Callable[[str], dict[str, OrderMapping]]
) -> None:
    mapping = mappings(
        '[orders.shop.columns]\norder_id = "No"\nstatus = "*"\namount = "^Total$"\n'
        'currency = "Cur"\nplaced_at = "source_row"\n[orders.shop.status]\nDONE = "fulfilled"\n'
    )
    content = b"gift,No,*,^Total$,Cur,source_row\nno,K1,DONE,5.00,NGN,2026-11-20 09:30:00 +0100\n"
    file = read(content, mappings=mapping)
    assert file.accepted.select("order_id", "status", "amount", "placed_at").rows() == [
        ("K1", "fulfilled", "5.00", "2026-11-20T08:30:00.000000Z")
    ]


def test_words_alone_count_for_every_layout(
    read: Read,
    mappings: Callable[[str], dict[str, OrderMapping]],
    export: Callable[..., bytes],
    line: Callable[..., str],
) -> None:
    words = mappings('[orders.a.status]\nok = "paid"\n[orders.b.status]\nsent = "fulfilled"\n')
    file = read(export(line(status="ok"), line(order_id="K2", status="sent")), mappings=words)
    assert file.accepted["status"].to_list() == ["paid", "fulfilled"]


def test_rows_that_are_declared_to_be_no_orders_are_all_set_aside(read: Read) -> None:
    named = ("order_id", "amount", "currency", "placed_at")
    mapping = OrderMapping.model_validate(
        {
            "columns": {name: name for name in named},
            "constants": {"status": "sample"},
            "status": {"sample": "not_an_order"},
        }
    )
    content = f"{','.join(named)}\nK1,5.00,NGN,2026-11-20T09:30:00Z\n".encode()
    file = read(content, mappings={"samples": mapping})
    assert (file.aside, file.accepted.height, file.quarantined.height) == (1, 0, 0)


def test_a_file_that_fits_two_mappings_is_left_to_a_person(
    read: Read, export: Callable[..., bytes]
) -> None:
    both = {"a": OrderMapping(prefix="A-"), "b": OrderMapping(prefix="B-")}
    with pytest.raises(OrderFileRefused, match=r"fits \[orders\.a\] and \[orders\.b\]"):
        read(export(), mappings=both)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"only": {"Shop": ["Mitte"]}}, "the header differs: Shop is missing"),
        ({"sessions": {"columns": ["meta"], "pattern": "cs_."}}, "meta is missing"),
        ({"encoding": "utf-16"}, "is not utf-16, the encoding declared for it"),
        ({"time_zone": "Africa/Lagos", "delimiter": ";"}, "order_id is missing"),
    ],
)
def test_a_mapping_for_the_name_of_a_file_reads_it_or_says_why_not(
    read: Read,
    export: Callable[..., bytes],
    line: Callable[..., str],
    mapping: dict[str, object],
    said: str,
) -> None:
    declared = OrderMapping.model_validate({**mapping, "files": "lagos-*.csv", "prefix": "L-"})
    with pytest.raises(OrderFileRefused, match=said):
        read(export(line()), name="lagos-1.csv", mappings={"lagos": declared})
    assert read(export(line()), name="abuja-1.csv", mappings={"lagos": declared}).accepted.height


def test_a_mapping_whose_form_the_file_has_not_is_named_beside_the_nearest_layout(
    read: Read,
) -> None:
    mappings = {"berlin": OrderMapping(encoding="utf-16")}
    with pytest.raises(OrderFileRefused, match=r"As \[orders\.berlin\] declares it.* not utf-16"):
        read(b"order_id,status\nK1,paid\nK22,paid\n", mappings=mappings)


def test_a_file_with_another_delimiter_says_what_to_declare(read: Read) -> None:
    with pytest.raises(OrderFileRefused, match=r'declare it: delimiter = ";" under \[orders'):
        read(b"order_id;status;amount\nK1;paid;5\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('delimiter = ";;"', "delimiter: is one character"),
        ('quote = ","', "quote and delimiter are the same"),
        ('encoding = "utf-9"', "utf-9 is no encoding"),
        ('encoding = "base64"', "base64 is no encoding of text"),
        ('time_zone = "Berlin"', "Berlin is no time zone"),
        ('time_zone = "../../etc/passwd"', "is no time zone"),
        ('instants = "%d.%m.%Y"', "names %Y, %m, %d, %H and %M"),
        ('instants = "%d.%m.%Y %H:%M:%S,%f"', "%f behind a point"),
        ('instants = "%d.%m.%Y %H:%M"', "time_zone must name their zone"),
        ('thousands_mark = "."', "thousands_mark and decimal_mark are the same"),
        ('store_column = "Shop"', "store_column and [stores]"),
        ('layout = "magento"', "layout"),
        ('colums = { order_id = "x" }', "colums"),
        ('columns = { order = "x" }', "order is none of our columns"),
        ('columns = { order_id = "x" }', "columns name no status"),
        ('status = { done = "payed" }', "payed is no order status"),
        ('sessions = { columns = [], pattern = "x" }', "sessions.columns"),
        ('sessions = { columns = ["n"], pattern = "(" }', "is no pattern"),
        ('sessions = { columns = ["n"], pattern = "(a)\\\\1" }', "is no pattern"),
        ('sessions = { columns = ["n"], pattern = "(?=a)b" }', "is no pattern"),
    ],
)
def test_a_mapping_that_cannot_be_is_one_sentence(
    mappings: Callable[[str], dict[str, OrderMapping]], content: str, said: str
) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        mappings(f"[orders.shop]\n{content}\n")
    assert said in fault.value.sentence
    assert fault.value.remedy


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[orders.shopify]\nprefix = "S-"', "orders.shopify is called like a layout"),
        (
            '[orders.a.status]\ndone = "paid"\n[orders.b.status]\ndone = "fulfilled"',
            'orders.a.status and orders.b.status read "done" as paid and as fulfilled',
        ),
    ],
)
def test_mappings_that_cannot_be_together_are_one_sentence(
    mappings: Callable[[str], dict[str, OrderMapping]], content: str, said: str
) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        mappings(content)
    assert said in fault.value.sentence


def test_a_store_has_its_prefix_behind_that_of_the_mapping(
    read: Read, export: Callable[..., bytes], line: Callable[..., str]
) -> None:
    shop = OrderMapping(prefix="W-", store_column="currency", stores={"NGN": "L-"})
    assert read(export(line()), mappings={"shop": shop}).accepted["order_id"].to_list() == [
        "W-L-K1"
    ]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"only": {"Tags": ["web"]}}, "Tags is missing"),
        ({"store_column": "Tags", "stores": {"web": "W-"}}, "Tags is missing"),
    ],
)
def test_a_column_that_a_mapping_needs_is_not_optional(
    read: Read, mapping: dict[str, object], said: str
) -> None:
    shop = OrderMapping.model_validate({**mapping, "layout": "shopify", "files": "*"})
    header = [column for column in SHOPIFY_HEADER if column != "Tags"]
    with pytest.raises(OrderFileRefused, match=said):
        read(written(header), mappings={"shop": shop})


def test_a_status_for_all_orders_may_stand_in_for_the_column_of_a_layout_with_words(
    read: Read,
) -> None:
    shop = OrderMapping(layout="shopify", constants={"status": "paid"})
    line = shopify(Financial_Status="voided")
    file = read(written(SHOPIFY_HEADER, line), mappings={"shop": shop})
    assert file.accepted["status"].to_list() == ["paid"]


def test_a_match_without_its_group_is_no_session(
    read: Read, export: Callable[..., bytes], line: Callable[..., str]
) -> None:
    search = {"columns": ["transaction_ref"], "pattern": "session(?: (cs_[0-9]+))?"}
    shop = OrderMapping.model_validate({"sessions": search})
    content = export(
        line(session_ids="", transaction_ref="session unknown"),
        line(order_id="K2", session_ids="", transaction_ref="session cs_7"),
    )
    file = read(content, mappings={"shop": shop})
    assert file.accepted["session_ids"].to_list() == [[], ["cs_7"]]


@pytest.mark.parametrize(
    ("written_at", "placed_at"),
    [
        ("09/01/2026 10:05:00.25 +0100", "2026-01-09T09:05:00.250000Z"),
        ("09/01/2026 10:05:00.000250 +01:00", "2026-01-09T09:05:00.000250Z"),
        ("9/1/2026 10:5:0.25 +0100", None),
        ("09/01/2026 10:05:00.25 +9900", None),
    ],
)
def test_a_time_in_a_form_with_an_offset_is_written_so_to_the_last_zero(
    read: Read,
    export: Callable[..., bytes],
    line: Callable[..., str],
    written_at: str,
    placed_at: str | None,
) -> None:
    shop = OrderMapping(instants="%d/%m/%Y %H:%M:%S.%f %z")
    file = read(export(line(placed_at=written_at, paid_at="")), mappings={"shop": shop})
    assert file.accepted["placed_at"].to_list() == ([placed_at] if placed_at else [])


def test_no_pattern_runs_away_on_any_text(read: Read) -> None:
    mapping = OrderMapping.model_validate(
        {
            "columns": {
                column: column
                for column in ("order_id", "status", "amount", "currency", "placed_at")
            },
            "sessions": {"columns": ["notes"], "pattern": "(a+)+$"},
        }
    )
    content = (
        "order_id,status,amount,currency,placed_at,notes\n"
        f"K1,paid,5.00,NGN,2026-11-20T09:30:00Z,{'a' * 100_000}!\n"
    )
    file = read(content.encode(), mappings={"shop": mapping})
    assert file.accepted["session_ids"].to_list() == [[]]


@pytest.mark.parametrize(
    ("first", "second", "stores"),
    [
        ("L-1,A", "1,B", {"A": "", "B": "L-"}),
        ("1,A", "1,B", {"A": "L-", "B": "L-"}),
        ("11,A", "1,B", {"A": "L-", "B": "L-1"}),
    ],
)
def test_orders_of_two_stores_whose_prefixes_make_one_number_are_no_repeats(
    read: Read, first: str, second: str, stores: dict[str, str]
) -> None:
    columns = {name: name for name in ("order_id", "status", "amount", "currency", "placed_at")}
    shop = OrderMapping.model_validate(
        {"columns": columns, "store_column": "shop", "stores": stores}
    )
    rest = "paid,5.00,NGN,2026-11-20T09:30:00Z\n"
    header = "order_id,shop,status,amount,currency,placed_at\n"
    content = f"{header}{first},{rest}{second},{rest}{second},{rest}".encode()
    file = read(content, mappings={"shop": shop})
    assert (file.repeats, file.accepted.height, file.quarantined.height) == (0, 0, 3)
    alone = f"{header}{second},{rest}{second},{rest}".encode()
    assert read(alone, mappings={"shop": shop}).repeats == 1
