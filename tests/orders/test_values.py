from collections.abc import Callable

import polars as pl
import pytest

from pipelines.orders.reader import OrderFile

Line = Callable[..., str]
Export = Callable[..., bytes]
Read = Callable[..., OrderFile]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("order_id", "", "order_id is empty"),
        ("order_id", " K1", "blanks around"),
        ("order_id", "K1\u00a0", "blanks around"),
        ("order_id", "K\u200b1", "control character"),
        ("order_id", '"K\n1"', "control character"),
        ("order_id", "K\t1", "control character"),
        ("order_id", "K" * 201, "longer than 200"),
        ("order_id", "ada@shop.example", "e-mail"),
        ("status", "", "status is none of awaiting"),
        ("status", "Paid", 'status "Paid" is none of'),
        ("status", "pai", "is none of"),
        ("amount", "", "amount is not decimal"),
        ("amount", '"1,250.00"', 'amount "1,250.00" is not decimal'),
        ("amount", '"1250,00"', "is not decimal"),
        ("amount", "1 250.00", "is not decimal"),
        ("amount", "1'250.00", "is not decimal"),
        ("amount", "-1250.00", 'amount "\\-1250.00" is not decimal'),
        ("amount", "+1250.00", "is not decimal"),
        ("amount", "1.25e3", "is not decimal"),
        ("amount", "0x10", "is not decimal"),
        ("amount", "1250.", "is not decimal"),
        ("amount", ".50", "is not decimal"),
        ("amount", "01250.00", "is not decimal"),
        ("amount", "NaN", "is not decimal"),
        ("amount", "₦1250.00", "is not decimal"),
        ("amount", " 1250.00", "is not decimal"),
        ("amount", "١٢٥٠", "is not decimal"),
        ("amount", "1" * 15, "at most 14 digits"),
        ("amount", "1250.005", "more digits after the point than the 2 of NGN"),
        ("amount", "1250.000", "more digits"),
        ("currency", "", "currency is no ISO 4217"),
        ("currency", "ngn", "is no ISO 4217"),
        ("currency", "NGM", "is no ISO 4217"),
        ("currency", "NGN ", "is no ISO 4217"),
        ("currency", "UGX", "more digits after the point than the 0 of UGX"),
        ("placed_at", "", "placed_at is not ISO-8601"),
        ("placed_at", "2026-11-20T09:30:00", "with an offset"),
        ("placed_at", "2026-11-20 09:30:00+01:00", "with an offset"),
        ("placed_at", "20/11/2026 09:30", "with an offset"),
        ("placed_at", "2026-11-20", "with an offset"),
        ("placed_at", "1763627400", "with an offset"),
        ("placed_at", "2026-11-20T09:30:60Z", "with an offset"),
        ("placed_at", "2026-11-20T09:30:00.1234567Z", "with an offset"),
        ("placed_at", "2026-11-20T09:30:00+15:00", "with an offset"),
        ("placed_at", "2026-02-30T09:30:00Z", "no real date"),
        ("placed_at", "2026-11-20T24:30:00Z", "no real date"),
        ("placed_at", "1999-12-31T23:59:59Z", "outside the years 2000 to 2100"),
        ("placed_at", "2101-01-01T00:00:00Z", "outside the years"),
        ("paid_at", "soon", 'paid_at "soon" is not ISO-8601'),
        ("paid_at", "2026-13-01T09:30:00Z", "no real date"),
        ("paid_at", "9999-12-31T23:59:59Z", "outside the years"),
        ("session_ids", ";", "empty id between its semicolons"),
        ("session_ids", "cs_1;", "empty id"),
        ("session_ids", " ", "empty id"),
        ("session_ids", '"cs_1,cs_2"', "another mark than the semicolon"),
        ("session_ids", "cs_1|cs_2", "another mark than the semicolon"),
        ("session_ids", "cs_1 cs_2", "another mark than the semicolon"),
        ("session_ids", "cs_1\u00a0cs_2;cs_3", "another mark than the semicolon"),
        ("session_ids", "cs_1/cs_2", "another mark than the semicolon"),
        ("session_ids", "cs_1 + cs_2", "another mark than the semicolon"),
        ("session_ids", "cs_1:cs_2", "another mark than the semicolon"),
        ("session_ids", "cs_0;сs_1", "or one that no id has"),  # noqa: RUF001
        ("session_ids", "cs_1; cs_1", "the same id twice"),
        ("session_ids", "cs_1;" + "c" * 201, "longer than 200"),
        ("session_ids", '"cs_1\ncs_2"', "control character"),
        ("session_ids", "cs_1;ada@shop.example", "e-mail"),
        ("transaction_ref", "tx_1 ", "blanks around"),
        ("transaction_ref", "tx_1;tx_2", 'another mark than " + " between its references'),
        ("transaction_ref", "tx_1|", 'another mark than " + "'),
        ("transaction_ref", '"tx_1, tx_2"', 'another mark than " + "'),
        ("transaction_ref", "tx_1 / tx_2", 'another mark than " + "'),
        ("transaction_ref", "tx_1 & tx_2 and tx_3", 'another mark than " + "'),
        ("transaction_ref", "tx_1 + tx_2;tx_3", 'does not hold references with " + " between'),
        ("transaction_ref", "tx_1;tx_2 + tx_3", 'does not hold references with " + " between'),
        ("transaction_ref", "t" * 201, "longer than 200"),
        ("transaction_ref", "ada@shop.example", "e-mail"),
        ("customer_email", "tx_1", "is not one e-mail address"),
        ("customer_email", "a@b.co;c@d.co", "is not one e-mail address"),
        ("customer_email", '"a@b.co\n"', "control character"),
    ],
)
def test_a_faulty_value_quarantines_its_row_alone(
    line: Line, export: Export, read: Read, column: str, value: str, words: str
) -> None:
    file = read(export(line(order_id="K0"), line(**{column: value}), line(order_id="K2")))
    assert file.accepted["order_id"].to_list() == ["K0", "K2"]
    assert file.quarantined["source_row"].to_list() == [3]
    assert words in file.quarantined["reason"].item()
    assert file.rows_received == 3


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T09:30:00+01:00", "2026-11-20T08:30:00.000000Z"),
        ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00.000000Z"),
        ("2026-11-20T09:30Z", "2026-11-20T09:30:00.000000Z"),
        ("2026-11-20T09:30:00.5-0330", "2026-11-20T13:00:00.500000Z"),
        ("2026-11-20T00:30:00.123456+01", "2026-11-19T23:30:00.123456Z"),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000000Z"),
        ("2100-12-31T23:59:59.999999Z", "2100-12-31T23:59:59.999999Z"),
    ],
)
def test_instants_are_moved_to_utc_and_keep_their_microseconds(
    line: Line, export: Export, read: Read, text: str, instant: str
) -> None:
    file = read(export(line(placed_at=text, paid_at=text)))
    assert file.accepted.select("placed_at", "paid_at").row(0) == (instant, instant)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0", "NGN"), ("0.00", "NGN"), ("12.5", "NGN"), ("7", "UGX"), ("1.234", "TND")],
)
def test_amounts_stay_the_text_they_are(
    line: Line, export: Export, read: Read, amount: str, currency: str
) -> None:
    file = read(export(line(amount=amount, currency=currency)))
    assert file.accepted.select("amount", "currency").row(0) == (amount, currency)


def test_what_may_be_empty_becomes_none_or_no_sessions(
    line: Line, export: Export, read: Read
) -> None:
    file = read(export(line(paid_at="", session_ids="", transaction_ref="", customer_email="")))
    optional = file.accepted.select("paid_at", "session_ids", "transaction_ref", "customer_email")
    assert optional.row(0) == (None, [], None, None)


def test_sessions_keep_their_order_and_lose_the_blanks_between_them(
    line: Line, export: Export, read: Read
) -> None:
    file = read(export(line(session_ids="cs_2; cs_1 ;cs_3")))
    assert file.accepted["session_ids"].item().to_list() == ["cs_2", "cs_1", "cs_3"]


@pytest.mark.parametrize(
    ("session", "reference"),
    [
        ("cs_" + "0123456789abcdef" * 2, "INV/2026/11-0042"),
        ("sess_123", "réf 1"),
        ("01JD-9_Z", '"Transfer of Ada Obi, Lagos"'),
        ("", "rent and food 7"),
        ("", "tx_1/tx_2"),
    ],
)
def test_what_may_be_one_id_is_one(
    line: Line, export: Export, read: Read, session: str, reference: str
) -> None:
    file = read(export(line(session_ids=session, transaction_ref=reference)))
    assert file.accepted.select("session_ids", "transaction_ref").rows() == [
        ([session] if session else [], reference.strip('"'))
    ]


@pytest.mark.parametrize("between", [";", "|", " / ", " and "])
def test_ids_with_another_mark_between_them_are_each_known(
    line: Line, export: Export, read: Read, between: str
) -> None:
    row = line(session_ids="cs_1 / cs_2|cs_3", transaction_ref=f"tx_1{between}tx_2")
    (known,) = read(export(row)).quarantined["known_ids"].to_list()
    assert known == ["K1", "cs_1", "cs_2", "cs_3", "tx_1", "tx_2"]


def test_every_usable_id_of_a_quarantined_row_is_known(
    line: Line, export: Export, read: Read
) -> None:
    file = read(
        export(
            line(order_id=" K1 ", session_ids="cs_1;;cs_2;cs_1", transaction_ref="tx_9"),
            line(order_id="", session_ids="", transaction_ref="", amount="x"),
            line(order_id="ada@shop.example", session_ids="cs_3", transaction_ref="bob@b.example"),
        )
    )
    assert file.quarantined["key"].to_list() == ["K1", None, None]
    assert file.quarantined["known_ids"].to_list() == [["K1", "cs_1", "cs_2", "tx_9"], [], ["cs_3"]]


def test_no_reason_shows_a_customers_address(export: Export, read: Read) -> None:
    shifted = "K1,paid,ada@shop.example,NGN,ada@shop.example,,ada@shop.example,,x ada@shop.example"
    for columns in range(5):
        cells = shifted.split(",")
        row = ",".join(cells[columns:] + cells[:columns])
        quarantined = read(export(row)).quarantined
        assert quarantined.height == 1
        assert "shop.example" not in str(quarantined.to_dicts())


def test_all_text_columns_have_one_type_even_when_no_row_holds(
    line: Line, export: Export, read: Read
) -> None:
    full = read(export(line(), line(order_id="K2", amount="x")))
    none = read(export())
    unknown = read(export(line(currency="QQQ")))
    assert full.accepted.schema == none.accepted.schema == unknown.accepted.schema
    assert full.quarantined.schema == none.quarantined.schema == unknown.quarantined.schema
    assert full.accepted.schema["session_ids"] == pl.List(pl.String)
    assert none.rows_received == 0
