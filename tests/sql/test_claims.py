"""Every claim holds on honest books and finds the fault that is planted for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from pipelines.warehouse.queries import claims_of, offenders, reads, tables_of, text_of

STAGES = ("validated", "reconciled", "marts")
CLAIMS = [claim for stage in STAGES for claim in claims_of(stage)]

DECIDED = (
    "insert into ops.actions (action_no, verb, order_id, transaction_id, reason, decided_by, "
    "decided_at, effective_at)"
)
ONE_ORDER = "(select min(order_id) from reconciled.matches where order_id is not null)"
ONE_TRANSACTION = (
    "(select min(transaction_id) from reconciled.matches where transaction_id is not null)"
)
ONE_BREAK = (
    "(select min(break_id) from reconciled.breaks "
    "where rule_version = (select rule_version from reconciled.basis) and order_id is not null)"
)

FAULTS = [
    ("validated.orders.ids_are_unique",
     "insert into validated.orders select * from validated.orders limit 1"),
    ("validated.transactions.ids_are_unique",
     "insert into validated.transactions select * from validated.transactions limit 1"),
    ("validated.checkout_sessions.ids_are_unique",
     "insert into validated.checkout_sessions select * from validated.checkout_sessions limit 1"),
    ("validated.subscriptions.ids_are_unique",
     "insert into validated.subscriptions select * from validated.subscriptions limit 1"),
    ("validated.plans.ids_are_unique",
     "insert into validated.plans select * from validated.plans limit 1"),
    ("validated.prices.ids_are_unique",
     "insert into validated.prices select * from validated.prices limit 1"),
    ("validated.subscription_invoices.ids_are_unique",
     "insert into validated.subscription_invoices "
     "select * from validated.subscription_invoices limit 1"),
    ("validated.charge_attempts.ids_are_unique",
     "insert into validated.charge_attempts select * from validated.charge_attempts limit 1"),
    ("validated.authorizations.ids_are_unique",
     "insert into validated.authorizations select * from validated.authorizations limit 1"),
    ("validated.currencies.ids_are_unique",
     "insert into validated.currencies select * from validated.currencies limit 1"),
    ("validated.networks.ids_are_unique",
     "insert into validated.networks select * from validated.networks limit 1"),
    ("validated.subscription_currencies.ids_are_unique",
     "insert into validated.subscription_currencies "
     "select * from validated.subscription_currencies limit 1"),
    ("validated.fee_quotes.ids_are_unique",
     "insert into validated.fee_quotes select * from validated.fee_quotes limit 1"),
    ("validated.subscriptions_history.versions_are_gapless",
     "update validated.subscriptions_history set version = 3 where version = 2"),
    ("validated.subscription_invoices_history.versions_are_gapless",
     "update validated.subscription_invoices_history set version = 3 where version = 2"),
    ("validated.authorizations_history.versions_are_gapless",
     "update validated.authorizations_history set version = 3 where version = 2"),
    ("validated.orders_history.versions_are_gapless",
     "update validated.orders_history set version = version + 1"),
    ("validated.orders_history.versions_are_gapless",
     "delete from validated.orders_history where version = 1 "
     "and order_id in (select order_id from validated.orders_history where version = 2)"),
    ("validated.transactions_history.versions_are_gapless",
     "update validated.transactions_history set version = 3 where version = 2"),
    ("validated.transactions_history.versions_are_gapless",
     "update validated.transactions_history set version = 1 where version = 2"),
    ("validated.transactions_history.intervals_follow_each_other",
     "update validated.transactions_history set recorded_to = null where recorded_to is not null"),
    ("validated.transactions_history.intervals_follow_each_other",
     "update validated.transactions_history set recorded_from = recorded_to + to_days(1) "
     "where version = 1 and recorded_to is not null"),
    ("validated.orders.current_row_is_the_newest_version",
     "update validated.orders set amount = amount + 0.000000000000000001"),
    ("validated.orders.current_row_is_the_newest_version",
     f"delete from validated.orders where order_id = {ONE_ORDER}"),
    ("validated.transactions.current_row_is_the_newest_version",
     "update validated.transactions set status = 'PENDING' where status = 'COMPLETED'"),
    ("validated.transactions.current_row_is_the_newest_version",
     f"delete from validated.transactions where transaction_id = {ONE_TRANSACTION}"),
    ("validated.transactions.no_column_is_floating",
     "create table marts.estimates as select * from (values ([1.5::double])) as one(amounts)"),
    ("validated.quarantine.no_refused_row_is_accepted",
     "insert into validated.quarantine select 'orders', source_file, source_file_digest, "
     "source_row, order_id, 'planted', [], recorded_from from validated.orders_history limit 1"),
    ("reconciled.members.every_row_is_a_member",
     "delete from reconciled.members where kind = 'order'"),
    ("reconciled.members.every_row_is_a_member",
     "insert into reconciled.members select * from reconciled.members where kind = 'transaction'"),
    ("reconciled.members.every_row_is_a_member", "delete from reconciled.case_statuses"),
    ("reconciled.proof_of_rows.every_row_received_is_accounted_for",
     "update reconciled.proof_of_rows set rows = rows - 1 "
     "where line = 'rows_accepted' and code = 'transactions'"),
    ("reconciled.proof_of_rows.every_row_received_is_accounted_for",
     "delete from reconciled.proof_of_rows where line = 'rows_received'"),
    ("reconciled.proof_of_rows.statuses_add_up_to_every_row",
     "delete from reconciled.proof_of_rows where line = 'orders_by_status'"),
    ("reconciled.proof_of_rows.statuses_add_up_to_every_row",
     "update reconciled.proof_of_rows set rows = rows + 1 where line = 'transactions_by_status'"),
    ("reconciled.matches.no_waiting_row_is_judged",
     "update reconciled.matches set order_id = 'unheard-of' where order_id is not null"),
    ("reconciled.matches.no_waiting_row_is_judged",
     "update reconciled.basis set as_of = as_of - to_days(3)"),
    ("reconciled.matches.a_pair_is_listed_once",
     "insert into reconciled.matches select * from reconciled.matches "
     "where order_id is not null and transaction_id is not null limit 1"),
    ("reconciled.matches.a_pair_is_listed_once",
     "insert into reconciled.matches select * from reconciled.matches "
     "where transaction_id is null limit 1"),
    ("reconciled.matches.a_pair_is_listed_once",
     "insert into reconciled.matches select * replace (null as transaction_id, null as match_rule) "
     "from reconciled.matches where order_id is not null and transaction_id is not null limit 1"),
    ("reconciled.matches.a_pair_is_listed_once",
     "update reconciled.matches set match_rule = 'session' where transaction_id is null"),
    ("reconciled.matches.a_case_has_one_documented_status",
     "update reconciled.matches set match_status = 'MATCHED' where match_status = 'MATCHED_EXACT'"),
    ("reconciled.matches.a_case_has_one_documented_status",
     "insert into reconciled.matches select * replace ('EXPECTED' as match_status) "
     "from reconciled.matches where match_status <> 'EXPECTED' limit 1"),
    ("reconciled.matches.a_case_is_named_after_its_anchor",
     "update reconciled.matches set business_date = business_date + 1"),
    ("reconciled.matches.a_case_is_named_after_its_anchor",
     "update reconciled.matches set case_id = 'transaction:' || transaction_id "
     "where order_id is not null and transaction_id is not null"),
    ("reconciled.matches.decisions_are_kept",
     f"{DECIDED} select 9999, 'unlink', order_id, transaction_id, "
     "'planted', 'test', now(), now() from reconciled.matches "
     "where order_id is not null and transaction_id is not null limit 1"),
    ("reconciled.matches.decisions_are_kept",
     f"{DECIDED} select 9999, 'link', {ONE_ORDER}, transaction_id, "
     "'planted', 'test', now(), now() from reconciled.matches where order_id is null limit 1"),
    ("reconciled.matches.break_means_a_code_that_does_not_ride",
     "update reconciled.matches set match_status = 'MATCHED_EXACT' where match_status = 'BREAK'"),
    ("reconciled.matches.break_means_a_code_that_does_not_ride",
     "update reconciled.matches set match_status = 'BREAK' where match_status = 'MATCHED_EXACT'"),
    ("reconciled.subscription_matches.a_bill_is_listed_once",
     "insert into reconciled.subscription_matches "
     "select * from reconciled.subscription_matches limit 1"),
    ("reconciled.subscription_matches.a_bill_is_listed_once",
     "delete from reconciled.subscription_matches where charge_attempt_id is null"),
    ("reconciled.subscription_matches.a_bill_is_listed_once",
     "delete from validated.charge_attempts"),
    ("reconciled.subscription_matches.a_bill_is_listed_once",
     "update reconciled.subscription_matches set match_status = 'EXPECTED' "
     "where starts_with(case_id, 'order:')"),
    ("reconciled.breaks.amounts_are_those_of_the_case",
     "update validated.charge_attempts set amount = amount + 1 where charge_attempt_id in ("
     "select id from reconciled.payments inner join reconciled.judged_breaks using (case_id) "
     "where kind = 'attempt')"),
    ("reconciled.breaks.a_case_has_one_break",
     "insert into reconciled.breaks select * from reconciled.breaks limit 1"),
    ("reconciled.breaks.a_case_has_one_break",
     f"update reconciled.breaks set break_id = 'brk_1' where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.every_code_is_listed",
     f"delete from reconciled.breaks where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.every_code_is_listed",
     "update reconciled.breaks set secondary_codes = [] where len(secondary_codes) > 0"),
    ("reconciled.breaks.codes_stand_in_order_of_precedence",
     "update reconciled.breaks set code = secondary_codes[1], secondary_codes = [code] "
     "where len(secondary_codes) > 0"),
    ("reconciled.breaks.codes_stand_in_order_of_precedence",
     "update reconciled.breaks set secondary_codes = [code] where code = 'UNDERPAID'"),
    ("reconciled.breaks.codes_stand_in_order_of_precedence",
     f"update reconciled.breaks set code = 'BAD_LUCK' where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.words_are_documented",
     f"update reconciled.breaks set state = 'forgotten' where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.words_are_documented",
     f"update reconciled.breaks set severity = 'HIGH' where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.words_are_documented",
     "update reconciled.breaks set first_seen_date = last_seen_date + 1"),
    ("reconciled.breaks.suggestions_have_no_open_break",
     "update reconciled.matches set match_status = 'SUGGESTED' where match_status = 'BREAK'"),
    ("reconciled.breaks.amounts_are_those_of_the_case",
     f"update reconciled.breaks set expected_amount = expected_amount + 1 "
     f"where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.amounts_are_those_of_the_case",
     f"update reconciled.breaks set actual_amount = null where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.impacts_fit_the_minor_units",
     f"update reconciled.breaks set money_impact = money_impact + 0.00001 "
     f"where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.impacts_fit_the_minor_units",
     "update reconciled.breaks set money_impact = money_impact + 0.01 where currency = 'RWF'"),
    ("reconciled.breaks.evidence_carries_money_as_text",
     f"update reconciled.breaks set evidence = 'none' where break_id = {ONE_BREAK}"),
    ("reconciled.breaks.evidence_carries_money_as_text",
     "update reconciled.breaks set evidence = json_merge_patch(evidence, '{\"gap\": 0.1}')"),
    ("reconciled.breaks.evidence_carries_money_as_text",
     "update reconciled.breaks "
     "set evidence = json_merge_patch(evidence, '{\"facts\": [{\"hours\": 1}]}')"),
    ("reconciled.breaks.evidence_carries_money_as_text",
     f"update reconciled.breaks set money_impact = money_impact + 1 where break_id = {ONE_BREAK}"),
    ("reconciled.proof.no_gap_is_silent",
     "update reconciled.proof set amount = amount - 0.01 where line = 'expected_own'"),
    ("reconciled.proof.no_gap_is_silent",
     "delete from reconciled.proof where line = 'received_moved_out'"),
    ("reconciled.proof.no_gap_is_silent",
     "delete from reconciled.proof where line = 'difference'"),
    ("reconciled.proof.no_gap_is_silent",
     "delete from reconciled.proof where line = 'difference_explained'"),
    ("reconciled.proof.no_gap_is_silent",
     "delete from reconciled.proof where line = 'unexplained_residual'"),
    ("reconciled.proof.closing_equals_the_open_breaks",
     "delete from reconciled.proof where line = 'breaks_closing'"),
    ("reconciled.proof.closing_equals_the_open_breaks",
     "update reconciled.proof set rows = rows + 1 where line = 'breaks_closing'"),
    ("reconciled.proof.closing_equals_the_open_breaks",
     "update reconciled.breaks set age_days = age_days + 100 where state = 'open'"),
    ("marts.daily_close.sums_equal_the_proof",
     "delete from marts.daily_close "
     "where currency = (select min(currency) from marts.daily_close)"),
    ("marts.daily_close.sums_equal_the_proof",
     "update marts.daily_close set expected_amount = expected_amount + 0.01, "
     "received_amount = received_amount + 0.01"),
    ("marts.daily_close.sums_equal_the_proof",
     "update marts.daily_close set timing_amount = timing_amount - 1"),
    ("marts.daily_close.every_row_is_counted",
     "update marts.daily_close set orders = orders + 1"),
    ("marts.daily_close.every_row_is_counted",
     "update marts.daily_close set transactions = 0"),
    ("marts.daily_close.open_breaks_are_counted",
     "update marts.daily_close set open_breaks = open_breaks + 1"),
    ("marts.daily_close.open_breaks_are_counted",
     "update marts.daily_close set open_impact = open_impact - 0.01"),
    ("marts.break_ageing.sums_equal_the_open_breaks",
     "update marts.break_ageing set money_impact = money_impact + 0.01"),
    ("marts.break_ageing.sums_equal_the_open_breaks",
     "update marts.break_ageing set age_band = 'over 90' where age_band <> 'over 90'"),
    ("marts.fees.sums_equal_the_payments", "update marts.fees set fee_amount = fee_amount + 0.01"),
    ("marts.fees.sums_equal_the_payments", "delete from marts.fees"),
    ("marts.settlement.owed_is_what_the_payments_say",
     "update marts.settlement set owed_amount = owed_amount + 0.01"),
    ("marts.settlement.owed_is_what_the_payments_say",
     "delete from marts.settlement where settlement_state = 'PAID_OUT'"),
    ("marts.receivables_ageing.sums_equal_the_open_invoices",
     "update marts.receivables_ageing set amount = amount + 0.01"),
    ("marts.receivables_ageing.sums_equal_the_open_invoices",
     "delete from marts.receivables_ageing"),
    ("marts.subscription_revenue.the_latest_closing_is_what_subscriptions_pay",
     "delete from marts.subscription_revenue where closing_amount > 0"),
    ("marts.subscription_revenue.the_latest_closing_is_what_subscriptions_pay",
     "update marts.subscription_revenue set churn_amount = churn_amount + 0.01"),
    ("marts.dunning.every_failed_charge_is_counted",
     "update marts.dunning set failed_attempts = failed_attempts + 1"),
    ("marts.dunning.every_failed_charge_is_counted",
     "update marts.dunning set recovered_bills = bills + 1"),
]  # fmt: skip
"""A claim and a tampering it must find."""


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_has_no_offenders_on_honest_books(claim: str, books: Sequence[Any]) -> None:
    assert [offenders(book, claim) for book in books] == [[]] * len(books)


@pytest.mark.parametrize(("claim", "tampering"), FAULTS)
def test_a_claim_finds_the_fault_planted_for_it(
    claim: str, tampering: str, books: Sequence[Any], tamper: Any
) -> None:
    for book in books:
        with tamper(book, tampering) as touched:
            if touched:
                assert offenders(book, claim)
                return
    pytest.fail("the tampering touched no row of any book")


def test_every_claim_has_a_planted_fault() -> None:
    assert {claim for claim, _ in FAULTS} == set(CLAIMS)


def test_the_books_hold_what_claims_speak_about(books: Sequence[Any]) -> None:
    statuses = {
        row[0]
        for book in books
        for row in book.execute("select distinct match_status from reconciled.matches").fetchall()
    }
    states = {
        row[0]
        for book in books
        for row in book.execute("select distinct state from reconciled.breaks").fetchall()
    }
    assert len(statuses) == 11
    assert states >= {"open", "assigned", "auto_resolved"}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_lies_beside_its_table_and_reads_only_the_warehouse(claim: str) -> None:
    stage, table, _ = claim.split(".")
    assert f"{stage}.{table}" in {*tables_of(stage), "validated.quarantine"}
    computed = {name for each in STAGES for name in tables_of(each)}
    appended = {"validated.quarantine", "validated.minor_units", "ops.actions", "reconciled.basis"}
    assert reads(claim) <= computed | appended


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_opens_with_the_sentence_that_must_hold(claim: str) -> None:
    opening = re.match(r"(-- [^\n]+\n)+", text_of(claim))
    assert opening is not None
    assert re.fullmatch(r"-- [A-Z].*\.\n", opening[0], flags=re.DOTALL)
