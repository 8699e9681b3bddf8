-- Comments on the tables about what is owed, what subscriptions bring, and what was corrected.
comment on table marts.settlement is 'One row per business date, currency and state of settlement: what the gateway took, kept, gave back, paid out and owes.';
comment on column marts.settlement.business_date is 'Business date of the payments.';
comment on column marts.settlement.currency is 'Fiat currency of all amounts of the row.';
comment on column marts.settlement.settlement_state is 'PAID_OUT, AWAITED (the payout is not due), OVERDUE (past the payout SLA), FAILED, or REFUNDED.';
comment on column marts.settlement.payout_due_date is 'Date until which payments of that date are to be paid out, by the payout SLA and its calendar.';
comment on column marts.settlement.payments is 'Number of COMPLETED and REFUNDED payments.';
comment on column marts.settlement.gross_amount is 'Sum of their fiat amounts, in major units.';
comment on column marts.settlement.fee_amount is 'Sum of the fees the gateway tells, in major units.';
comment on column marts.settlement.refunded_amount is 'Amount less fee of those REFUNDED.';
comment on column marts.settlement.paid_out_amount is 'Amount less fee of those whose payout is COMPLETED.';
comment on column marts.settlement.owed_amount is 'Gross less fees, refunds and payouts: what the gateway still owes, below 0 where it paid out and refunded.';
comment on column marts.settlement.owed_payments is 'Payments of which something is owed, by the gateway or back to it.';

comment on table marts.receivables_ageing is 'One row per currency, status and age band of subscription invoices that are neither PAID, VOID nor drafts; UNCOLLECTIBLE ones were given up.';
comment on column marts.receivables_ageing.currency is 'Currency of the invoices; the empty text where none is told.';
comment on column marts.receivables_ageing.status is 'Status of the invoices, in capitals.';
comment on column marts.receivables_ageing.age_band is 'Days from the due date, else from when the invoice was made, to the as-of; not due where that date is to come.';
comment on column marts.receivables_ageing.invoices is 'Number of invoices.';
comment on column marts.receivables_ageing.oldest_days is 'Age of the oldest of them, in full days; empty where they are not due.';
comment on column marts.receivables_ageing.amount is 'Sum of their amounts, in major units.';

comment on table marts.subscription_revenue is 'One row per business date and currency on which monthly recurring revenue moved, and one for the latest date: opening + new + reactivation + expansion - contraction - churn = closing.';
comment on column marts.subscription_revenue.business_date is 'Date of the closing that first held the change.';
comment on column marts.subscription_revenue.currency is 'Currency of the prices.';
comment on column marts.subscription_revenue.opening_amount is 'Monthly price of subscriptions that were ACTIVE or PAST_DUE at a FIXED price before, in major units.';
comment on column marts.subscription_revenue.new_amount is 'Of subscriptions that pay for the first time.';
comment on column marts.subscription_revenue.reactivation_amount is 'Of subscriptions that had paid before, had stopped, and pay again.';
comment on column marts.subscription_revenue.expansion_amount is 'By how much prices of paying subscriptions rose.';
comment on column marts.subscription_revenue.contraction_amount is 'By how much prices of paying subscriptions fell.';
comment on column marts.subscription_revenue.churn_amount is 'Of subscriptions that stopped paying.';
comment on column marts.subscription_revenue.closing_amount is 'Monthly price of those that are ACTIVE or PAST_DUE at a FIXED price now; of a year it is a twelfth, rounded once.';
comment on column marts.subscription_revenue.opening_subscriptions is 'Number of subscriptions in the opening.';
comment on column marts.subscription_revenue.new_subscriptions is 'Number that pay for the first time.';
comment on column marts.subscription_revenue.churned_subscriptions is 'Number that stopped paying.';
comment on column marts.subscription_revenue.closing_subscriptions is 'Number of subscriptions in the closing.';

comment on table marts.dunning is 'One row per business date, currency and class of failure: bills whose charge failed first on that date, and what became of them.';
comment on column marts.dunning.business_date is 'Local date of the first failed attempt of the bill.';
comment on column marts.dunning.currency is 'Currency of the charges; the empty text where none is told.';
comment on column marts.dunning.failure_class is 'Class of that first failure: soft, hard or unknown, see reconciled.failure_words.';
comment on column marts.dunning.bills is 'Number of subscription invoices.';
comment on column marts.dunning.failed_attempts is 'Number of their failed attempts, up to the as-of.';
comment on column marts.dunning.amount is 'Sum of what the first failed attempts were to charge, in major units.';
comment on column marts.dunning.recovered_bills is 'Invoices that a later attempt charged.';
comment on column marts.dunning.recovered_amount is 'Of amount, what belongs to these.';
comment on column marts.dunning.given_up_bills is 'Invoices that are UNCOLLECTIBLE or VOID and were not recovered.';
comment on column marts.dunning.given_up_amount is 'Of amount, what belongs to these.';

comment on table marts.corrections is 'One row per business date, currency, figure and closing that changed it after it was first closed.';
comment on column marts.corrections.business_date is 'Business date that the figure is of.';
comment on column marts.corrections.currency is 'Currency of the figure.';
comment on column marts.corrections.figure is 'Which figure: expected, received, or open breaks (their money impact).';
comment on column marts.corrections.corrected_at is 'The as-of of the closing that told it otherwise.';
comment on column marts.corrections.former_amount is 'What the closing before said, in major units.';
comment on column marts.corrections.new_amount is 'What that closing says.';
comment on column marts.corrections.change_amount is 'New less former.';
