"""One small world for every break code, with the numbers worked by hand.

The quiet default of the makers: order K1 and payment T1, 1000 NGN each, 10 of 10 USDT at 100, five
days old at an as-of of 2026-03-10T23:00Z. Statuses and links have their own file.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from oracle.makers import AS_OF, CREATED_AT, make_order, make_transaction, make_world
from oracle.reckoning import reckon
from oracle.world import FeeSchedule, Policy, Session, TransactionVersion, Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def make_linked(**overrides: object) -> TransactionVersion:
    return make_transaction(**{"external_id": "K1", **overrides})


def test_an_order_without_payment_is_missing_once_older_than_the_sla() -> None:
    world = make_world([make_order(placed_at=AS_OF - 24 * HOUR - MICROSECOND)])
    case = reckon(world).only_case
    assert case.impacts == {"MISSING_IN_GATEWAY": Decimal("-1000")}
    assert (case.match_status, case.expected, case.received) == ("BREAK", 1000, 0)


def test_an_order_of_exactly_the_sla_is_still_only_expected() -> None:
    case = reckon(make_world([make_order(placed_at=AS_OF - 24 * HOUR)])).only_case
    assert (case.match_status, case.codes) == ("EXPECTED", ())


def test_the_age_of_an_order_starts_when_it_was_paid() -> None:
    case = reckon(make_world([make_order(paid_at=AS_OF - 24 * HOUR)])).only_case
    assert (case.match_status, case.codes) == ("EXPECTED", ())


@pytest.mark.parametrize(
    ("start", "is_complete", "code"),
    [
        (timedelta(), True, "MISSING_IN_GATEWAY"),
        (MICROSECOND, True, "INCOMPLETE_EXTRACT"),
        (timedelta(), False, "INCOMPLETE_EXTRACT"),
    ],
)
def test_a_gap_of_ours_is_never_blamed_on_the_gateway(
    start: timedelta, is_complete: bool, code: str
) -> None:
    order = make_order()
    window = Window(start=order.placed_at - HOUR + start, end=AS_OF, complete=is_complete)
    case = reckon(make_world([order], windows=(window,))).only_case
    assert case.codes == (code,)
    assert case.money_impact == (0 if code == "INCOMPLETE_EXTRACT" else -1000)


def test_a_payment_in_another_currency_does_not_settle_the_order() -> None:
    world = make_world([make_order()], [make_linked(fiat_amount="7", fiat_currency="USD")])
    reckoning = reckon(world)
    assert reckoning.only_case.impacts == {"CURRENCY_MISMATCH": -1000}
    assert (reckoning.only_case.expected, reckoning.only_case.received) == (1000, 0)
    assert reckoning.proof[date(2026, 3, 5), "USD"].received.by_cases == 7


@pytest.mark.parametrize(
    ("coin", "network", "code"),
    [
        ("btc", "TRON", "WRONG_ASSET_RECEIVED"),
        ("usdt", "bsc", "NETWORK_MISMATCH"),
        ("usdt", "tron", None),
        (None, "bsc", None),
    ],
)
def test_money_in_another_coin_or_network_than_the_session_named(
    coin: str | None, network: str, code: str | None
) -> None:
    session = Session(session_id="s1", crypto_currency=coin, network=network)
    payment = make_transaction(checkout_session_id="s1")
    world = make_world([make_order(session_ids=("s1",))], [payment], sessions=(session,))
    case = reckon(world).only_case
    assert (case.code, case.match_status) == (code, "MATCHED_EXACT")


def test_two_orders_that_resemble_one_payment_are_one_ambiguous_case() -> None:
    orders = [make_order(order_id="K1"), make_order(order_id="K2")]
    case = reckon(make_world(orders, [make_transaction(payout_status="FAILED")])).only_case
    assert case.case_id == "order:K1"
    assert case.impacts == {"AMBIGUOUS_MATCH": -2000, "PAYOUT_FAILED": -1000}
    assert [link.order_id for link in case.links] == ["K1", "K2"]


@pytest.mark.parametrize(("past", "codes"), [(MICROSECOND, 1), (timedelta(), 0)])
def test_a_payment_without_order_is_missing_once_older_than_the_sla(
    past: timedelta, codes: int
) -> None:
    other = make_order(amount="5", placed_at=AS_OF - 30 * HOUR, status="awaiting")
    payment = make_transaction(created_at=AS_OF - 24 * HOUR - past)
    case = reckon(make_world([other], [payment])).cases["transaction:T1"]
    assert list(case.impacts.items()) == [("MISSING_IN_ORDERS", 1000)][:codes]


def test_two_orders_that_each_claim_the_whole_payment() -> None:
    orders = [
        make_order(order_id="K1", session_ids=("s1",)),
        make_order(order_id="K2", session_ids=("s1",)),
    ]
    case = reckon(make_world(orders, [make_transaction(checkout_session_id="s1")])).only_case
    assert case.impacts == {"DUPLICATE_ORDER": -1000}


def test_the_second_payment_of_an_order_is_to_be_given_back() -> None:
    payments = [
        make_linked(transaction_id="T1", created_at=CREATED_AT + HOUR, fiat_amount="1200"),
        make_linked(transaction_id="T2", created_at=CREATED_AT),
    ]
    case = reckon(make_world([make_order()], payments)).only_case
    assert case.impacts == {"DUPLICATE_PAYMENT": 1200, "REFUND_DUE": 1200}


def test_a_paid_order_whose_attempts_all_failed() -> None:
    attempt = make_linked(status="FAILED", crypto_received="0")
    case = reckon(make_world([make_order()], [attempt])).only_case
    assert case.impacts == {"STATUS_MISMATCH": -1000}


def test_a_cancelled_order_with_an_old_payment() -> None:
    case = reckon(make_world([make_order(status="cancelled")], [make_linked()])).only_case
    assert case.impacts == {"STATUS_MISMATCH": 1000, "REFUND_DUE": 1000}


def test_a_refunded_order_whose_payment_stayed_is_a_break_at_any_age() -> None:
    order = make_order(status="refunded", placed_at=AS_OF - HOUR)
    payment = make_linked(created_at=AS_OF - HOUR, refund_tx_hash="0xback")
    assert reckon(make_world([order], [payment])).only_case.impacts == {"STATUS_MISMATCH": 1000}


def test_a_refund_that_the_order_does_not_know_of() -> None:
    case = reckon(make_world([make_order()], [make_linked(status="REFUNDED")])).only_case
    assert case.impacts == {"REFUND_NOT_IN_ORDERS": -1000}


def test_money_on_an_expired_payment_is_due_back_at_the_rate_of_the_payment() -> None:
    payment = make_transaction(status="EXPIRED", crypto_received="3.335", exchange_rate="1.5")
    case = reckon(make_world([], [payment])).only_case
    # 3.335 coins are 5.0025 NGN; 3.335 - 10 coins are -9.9975 NGN, rounded to -10.00.
    assert case.impacts == {"REFUND_DUE": Decimal("5.00"), "UNDERPAID": Decimal("-10.00")}


@pytest.mark.parametrize(("past", "code"), [(timedelta(), None), (MICROSECOND, "REFUND_DUE")])
def test_money_on_an_open_payment_is_due_back_a_day_past_its_expiry(
    past: timedelta, code: str | None
) -> None:
    payment = make_transaction(status="ON_HOLD", expires_at=AS_OF - 24 * HOUR - past)
    assert reckon(make_world([], [payment])).only_case.code == code


def test_a_failed_payout_costs_the_amount_less_the_fee() -> None:
    payment = make_linked(payout_status="FAILED", fee_amount="10")
    case = reckon(make_world([make_order()], [payment])).only_case
    assert (case.impacts, case.match_status) == ({"PAYOUT_FAILED": -990}, "MATCHED_EXACT")


@pytest.mark.parametrize(("past", "impacts"), [(timedelta(), {}), (MICROSECOND, -1000)])
def test_a_payout_is_overdue_past_three_days(past: timedelta, impacts: object) -> None:
    created_at = AS_OF - 3 * DAY - past
    payment = make_linked(created_at=created_at, payout_status=None)
    case = reckon(make_world([make_order(placed_at=created_at)], [payment])).only_case
    assert case.impacts.get("PAYOUT_OVERDUE", {}) == impacts


@pytest.mark.parametrize(
    ("created_at", "country", "code"),
    [
        # Friday 2026-03-06 10:00 in Lagos, three working days: until Wednesday 10:00.
        ("2026-03-06T09:00Z", None, "PAYOUT_OVERDUE"),
        ("2026-03-06T09:00Z", "NG", None),
        # Thursday 10:00: Friday, Monday, Tuesday 10:00. The as-of is Wednesday 00:00.
        ("2026-03-05T09:00Z", "NG", "PAYOUT_OVERDUE"),
        # Thursday's last instant still counts as part of a working day, its end does not.
        ("2026-03-05T22:59:59.999999Z", "NG", "PAYOUT_OVERDUE"),
        ("2026-03-05T23:00Z", "NG", None),
        # In Egypt Friday and Saturday are free: Sunday, Monday, Tuesday.
        ("2026-03-05T22:59:59.999999Z", "EG", "PAYOUT_OVERDUE"),
        ("2026-03-07T22:59Z", "EG", None),
    ],
)
def test_payout_days_are_the_working_days_of_the_calendar(
    created_at: str, country: str | None, code: str | None
) -> None:
    instant = datetime.fromisoformat(created_at)
    payment = make_linked(created_at=instant, payout_status=None)
    world = make_world(
        [make_order(placed_at=instant)], [payment], policy=Policy(payout_calendar=country)
    )
    assert reckon(world).only_case.code == code


@pytest.mark.parametrize(("country", "code"), [("NG", None), ("US", "PAYOUT_OVERDUE")])
def test_a_public_holiday_is_no_payout_day(country: str, code: str | None) -> None:
    """2026-10-01, a Thursday, is Nigeria's Independence Day; created the Tuesday before it."""
    created_at = datetime(2026, 9, 29, 9, tzinfo=UTC)
    as_of = datetime(2026, 10, 2, 23, tzinfo=UTC)
    payment = make_linked(created_at=created_at, payout_status="PENDING", recorded_from=as_of)
    order = make_order(placed_at=created_at)
    world = make_world([order], [payment], as_of=as_of, policy=Policy(payout_calendar=country))
    assert reckon(world).only_case.code == code


@pytest.mark.parametrize(
    ("received", "codes"),
    [
        ("9.799999999999999999", {"UNDERPAID": Decimal("-20.00")}),
        ("9.8", {}),
        ("10.2", {}),
        ("10.200000000000000001", {"REFUND_DUE": Decimal(20), "OVERPAID": Decimal(20)}),
    ],
)
def test_both_ends_of_the_tolerance_are_accepted(received: str, codes: object) -> None:
    session = Session(session_id="s1", tolerance_percent=Decimal(2))
    payment = make_transaction(checkout_session_id="s1", crypto_received=received)
    world = make_world([make_order(session_ids=("s1",))], [payment], sessions=(session,))
    case = reckon(world).only_case
    assert case.impacts == codes
    assert case.match_status == ("BREAK" if codes else "MATCHED_TOLERANCE")


def test_an_excess_already_given_back_is_still_told() -> None:
    payment = make_linked(crypto_received="11", refund_tx_hash="0xback")
    assert reckon(make_world([make_order()], [payment])).only_case.impacts == {"OVERPAID": 100}


def test_parts_that_do_not_add_up_to_the_order() -> None:
    parts = [
        make_linked(transaction_id="T1", fiat_amount="600"),
        make_linked(transaction_id="T2", fiat_amount="399.99"),
    ]
    case = reckon(make_world([make_order()], parts)).only_case
    assert case.impacts == {"AMOUNT_MISMATCH": Decimal("-0.01")}


@pytest.mark.parametrize(
    ("fee", "impact"), [("9.51", None), ("9.50", "0.02"), ("9.54", "-0.02"), (None, None)]
)
def test_a_fee_beyond_the_tolerance_of_the_schedule_in_force(
    fee: str | None, impact: str | None
) -> None:
    old = FeeSchedule(from_date=date(2026, 3, 4), percent=Decimal(2), tolerance=Decimal(0))
    now = FeeSchedule(
        from_date=date(2026, 3, 5), percent=Decimal("0.95"), tolerance=Decimal("0.01")
    )
    payment = make_linked(fiat_amount="1001.89", fee_amount=fee)  # 0.95 % are 9.517955
    order = make_order(amount="1001.89")
    case = reckon(make_world([order], [payment], policy=Policy(fees=(old, now)))).only_case
    assert case.money_impact == (None if impact is None else Decimal(impact))


@pytest.mark.parametrize(
    ("seen_at", "codes"), [(timedelta(), ("LATE_PAYMENT",)), (-MICROSECOND, ())]
)
def test_money_is_late_when_a_version_without_it_was_held_at_expiry(
    seen_at: timedelta, codes: tuple[str, ...]
) -> None:
    expires_at = AS_OF - DAY
    empty = make_linked(
        status="EXPIRED",
        crypto_received="0",
        expires_at=expires_at,
        recorded_from=expires_at + seen_at,
    )
    paid = make_linked(expires_at=expires_at)
    case = reckon(make_world([make_order()], [empty, paid])).only_case
    assert (case.codes, case.match_status) == (codes, "MATCHED_EXACT")


def test_the_only_payment_came_on_a_session_that_was_superseded() -> None:
    world = make_world(
        [make_order(session_ids=("s1", "s2"))], [make_transaction(checkout_session_id="s1")]
    )
    case = reckon(world).only_case
    assert (case.codes, case.match_status) == (("SUPERSEDED_SESSION_PAID",), "MATCHED_EXACT")


def test_the_first_code_is_primary_and_the_others_keep_their_own_impact() -> None:
    payment = make_linked(
        fiat_amount="900", crypto_received="9", payout_status="FAILED", fee_amount="9"
    )
    case = reckon(make_world([make_order()], [payment])).only_case
    assert case.codes == ("PAYOUT_FAILED", "UNDERPAID", "AMOUNT_MISMATCH")
    assert list(case.impacts.values()) == [-891, -100, -100]


@pytest.mark.parametrize(("currency", "rounded"), [("RWF", "1"), ("NGN", "0.50"), ("BHD", "0.500")])
def test_impacts_are_rounded_half_away_from_zero_to_the_minor_unit(
    currency: str, rounded: str
) -> None:
    payment = make_transaction(
        status="FAILED", fiat_currency=currency, crypto_received="0.5", exchange_rate="1"
    )
    impact = reckon(make_world([], [payment])).only_case.impacts["REFUND_DUE"]
    assert str(impact) == rounded
