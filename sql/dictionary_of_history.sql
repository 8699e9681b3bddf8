-- Comments of the published tables that keep how things read at former closings.
-- Run after `dictionary`, inside the published database; the same rules hold.

comment on table reconciled.breaks_history is 'One row per version of a break: how it read, from which as-of to which; reconciled.breaks_as_of(instant) tells the breaks of a past night.';
comment on column reconciled.breaks_history.break_id is 'Digest of the case''s name: stays for the life of the break, whatever its code.';
comment on column reconciled.breaks_history.case_id is 'The case, as in matches; control breaks name their source instead.';
comment on column reconciled.breaks_history.code is 'The primary code: the first in the order of precedence that holds.';
comment on column reconciled.breaks_history.secondary_codes is 'The other codes that hold, in order of precedence.';
comment on column reconciled.breaks_history.order_id is 'The oldest order of the case; empty where it has none.';
comment on column reconciled.breaks_history.transaction_id is 'The oldest transaction of the case; empty where it has none.';
comment on column reconciled.breaks_history.session_id is 'Checkout session of that transaction, else the order''s last one.';
comment on column reconciled.breaks_history.subscription_id is 'The subscription of the case; empty where there is none.';
comment on column reconciled.breaks_history.invoice_id is 'The oldest subscription invoice of the case; empty where there is none.';
comment on column reconciled.breaks_history.charge_attempt_id is 'The oldest succeeded charge attempt of the case, else its oldest attempt; empty where there is none.';
comment on column reconciled.breaks_history.currency is 'Currency of the amounts: the order''s, else the transaction''s, else that of the invoice, attempt or price; the empty text for a break without money.';
comment on column reconciled.breaks_history.expected_amount is 'Sum of the case''s orders that expect money, in currency.';
comment on column reconciled.breaks_history.actual_amount is 'Sum of the case''s COMPLETED transactions, and of the succeeded charges of an order''s invoice, in currency.';
comment on column reconciled.breaks_history.money_impact is 'What the primary code is worth, in currency, rounded to its minor unit: negative is money missing, positive is money to explain or to return.';
comment on column reconciled.breaks_history.detail is 'One sentence with both values and the threshold.';
comment on column reconciled.breaks_history.evidence is 'JSON: every code with its own impact, the facts and thresholds behind it, money as text.';
comment on column reconciled.breaks_history.business_date is 'Business date of the case.';
comment on column reconciled.breaks_history.first_seen_date is 'Business date of the closing that first found the break; never changes.';
comment on column reconciled.breaks_history.last_seen_date is 'Business date of the last closing at which the break still held when the version was written; breaks_as_of follows it while it holds.';
comment on column reconciled.breaks_history.age_days is 'Full days from the business date to the as-of from which the version reads so; breaks_as_of ages it to the instant asked for.';
comment on column reconciled.breaks_history.severity is 'Weight of the break: info, low, medium or high.';
comment on column reconciled.breaks_history.state is 'Where the work stands: open, assigned, waiting, reopened, or over as resolved, written_off or auto_resolved.';
comment on column reconciled.breaks_history.assignee is 'Who works on the break; empty where nobody does.';
comment on column reconciled.breaks_history.last_action_no is 'Number of the last action of a person that state and assignee take into account; empty before the first.';
comment on column reconciled.breaks_history.holds is 'True while a code of the break held when it was last judged; false once its evidence went away.';
comment on column reconciled.breaks_history.rule_version is 'Release of the rules that judged the break.';
comment on column reconciled.breaks_history.policy_version is 'Digest of the policy in force when the break was judged.';
comment on column reconciled.breaks_history.recorded_from is 'As-of of the run from which on the break read so.';
comment on column reconciled.breaks_history.recorded_to is 'As-of of the run from which on it read otherwise; empty for the newest version.';

comment on table ops.closings is 'One row per closing: which business dates it closed and at which as-of it judged.';
comment on column ops.closings.closing_no is 'Number of the closing, counted from 1.';
comment on column ops.closings.run_id is 'The run that closed.';
comment on column ops.closings.first_date is 'First business date of its range.';
comment on column ops.closings.last_date is 'Last business date of its range.';
comment on column ops.closings.as_of is 'The as-of it judged everything at.';

comment on table reconciled.failure_words is 'One row per word for why a charge failed, and its class. The gateway documents none of them.';
comment on column reconciled.failure_words.error_code is 'The word in capitals.';
comment on column reconciled.failure_words.failure_class is 'Either soft, the same charge may succeed later, or hard, a person must act first.';
comment on column reconciled.failure_words.meaning is 'What it says, in words.';

comment on table reconciled.charge_failures is 'One row per failed charge attempt dated before the as-of, with the class of its failure.';
comment on column reconciled.charge_failures.charge_attempt_id is 'The gateway''s id of the attempt.';
comment on column reconciled.charge_failures.invoice_id is 'Subscription invoice that the attempt names, else the one it was listed under.';
comment on column reconciled.charge_failures.subscription_id is 'Subscription that the attempt names, else the one it was listed under.';
comment on column reconciled.charge_failures.error_code is 'Why it failed, in the gateway''s own word; empty where it gave none.';
comment on column reconciled.charge_failures.failure_class is 'One of soft, hard and unknown; unknown where the word is not listed or there is none.';
comment on column reconciled.charge_failures.meaning is 'What the word says; empty for an unknown one.';
comment on column reconciled.charge_failures.amount is 'What was to be charged, in major units of currency; that of the invoice where the attempt tells none.';
comment on column reconciled.charge_failures.currency is 'Currency of amount.';
comment on column reconciled.charge_failures.attempted_at is 'Instant of the attempt, else at which the gateway noted it.';
comment on column reconciled.charge_failures.business_date is 'Business date of its invoice, else of the attempt.';
