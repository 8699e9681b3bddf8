-- Comments of what people decided, and of what the facts no longer support of it.
-- Run after `dictionary`, inside the published database; the same rules hold.

comment on table ops.actions is 'One row per thing that a person decided; appended, never edited.';
comment on column ops.actions.action_no is 'Number of the action, in the order they were made.';
comment on column ops.actions.verb is 'What was decided: note, assign, wait, resolve, write_off or reopen a break; link, unlink, accept or reject a pair.';
comment on column ops.actions.case_id is 'The case it is about, where it is about one.';
comment on column ops.actions.break_id is 'The break it is about, where it is about one.';
comment on column ops.actions.order_id is 'The order of the pair it is about, where it is about one.';
comment on column ops.actions.transaction_id is 'The transaction of the pair it is about, where it is about one.';
comment on column ops.actions.reason is 'Why, in the person''s words.';
comment on column ops.actions.decided_by is 'Who decided.';
comment on column ops.actions.decided_at is 'Wall clock of the decision.';
comment on column ops.actions.effective_at is 'The book''s as-of when it was made: its instant for questions about an earlier as-of.';
comment on column ops.actions.assignee is 'To whom a break was given; empty for other actions.';
comment on column ops.actions.code is 'Code of the break when it was decided on.';
comment on column ops.actions.currency is 'Currency of amount.';
comment on column ops.actions.amount is 'What stood there when it was decided: the money impact of the break, or the amount of the pair''s order.';
comment on column ops.actions.received_currency is 'Currency of received_amount.';
comment on column ops.actions.received_amount is 'Fiat amount of the pair''s transaction when it was decided.';
comment on column ops.actions.match_rule is 'The rule that joined the pair when it was decided; empty where none did.';
comment on column ops.actions.request_key is 'Digest of the row of the workbook that asked for it, so that a file taken in twice acts once; empty on the command line.';

comment on table reconciled.unsupported_decisions is 'One row per decision that stands and that the facts no longer support; it is kept until a person takes it back or decides again.';
comment on column reconciled.unsupported_decisions.action_no is 'Number of the action, as in ops.actions.';
comment on column reconciled.unsupported_decisions.verb is 'What was decided, as in ops.actions.';
comment on column reconciled.unsupported_decisions.case_id is 'The case that it was about.';
comment on column reconciled.unsupported_decisions.break_id is 'The break that it was about; empty for a pair.';
comment on column reconciled.unsupported_decisions.order_id is 'The order of the pair, or the oldest of the break.';
comment on column reconciled.unsupported_decisions.transaction_id is 'The transaction of the pair, or the oldest of the break.';
comment on column reconciled.unsupported_decisions.detail is 'One sentence: what was decided on what, and how it stands now.';
comment on column reconciled.unsupported_decisions.reason is 'Why it was decided, in the person''s words.';
comment on column reconciled.unsupported_decisions.decided_by is 'Who decided.';
comment on column reconciled.unsupported_decisions.decided_at is 'Wall clock of the decision.';
comment on column reconciled.unsupported_decisions.effective_at is 'The book''s as-of when it was decided.';
