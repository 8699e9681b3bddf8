-- Comments of the views and macros that stay in the published file; run after they were made.

comment on macro table marts.daily_close_between is 'Rows of marts.daily_close from first_date to last_date, both included.';
comment on macro marts.percent_of is 'Part in percent of whole, exact to four decimals, half away from zero; empty where whole is 0.';
comment on macro table reconciled.breaks_as_of is 'Breaks as the last closing up to an instant told them, with their states and ages of then.';
comment on macro table reconciled.story is 'One row per fact about the cases that an id stands in, in the order of time; ids of orders, payments, sessions, subscriptions, invoices, charges, cases and breaks, references and hashes.';

comment on view ops.schemas is 'One row per schema of this file, and what stands in it.';
comment on column ops.schemas.schema_name is 'Name of the schema.';
comment on column ops.schemas.meaning is 'What stands in it.';

comment on view ops.sources is 'One row per column of the schema validated that comes from a field of the gateway or a column of an export.';
comment on column ops.sources.stream is 'Name of the table in validated; what it says holds of its _history as well.';
comment on column ops.sources.column_name is 'The column.';
comment on column ops.sources.place is 'Where it is read: the gateway''s list, or order exports.';
comment on column ops.sources.fields is 'The fields it is taken from, the first that is there; of exports, the column in each built-in layout.';

comment on view ops.dictionary is 'One row per schema, table, view, macro and column of this file: this dictionary.';
comment on column ops.dictionary.kind is 'One of schema, table, view, macro and column.';
comment on column ops.dictionary.schema_name is 'The schema.';
comment on column ops.dictionary.name is 'Table, view or macro, with its parameters; the empty text for a schema.';
comment on column ops.dictionary.column_name is 'The column; the empty text for the rest.';
comment on column ops.dictionary.place is 'Place of the column in its table, from 1; 0 for the rest.';
comment on column ops.dictionary.type is 'Type of the column; the empty text for the rest.';
comment on column ops.dictionary.meaning is 'What it means: its comment.';
comment on column ops.dictionary.source is 'The fields of the gateway or columns of exports it comes from; the empty text where it is worked out.';

comment on view marts.linked_payments is 'One row per pair of an order and a payment that are joined by a link; suggested and ambiguous pairs are left out.';
comment on column marts.linked_payments.case_id is 'The case, as in reconciled.matches.';
comment on column marts.linked_payments.business_date is 'Business date of the case.';
comment on column marts.linked_payments.match_status is 'How the whole case stands, as in reconciled.matches.';
comment on column marts.linked_payments.match_rule is 'The first rule that joins the pair.';
comment on column marts.linked_payments.order_id is 'The order.';
comment on column marts.linked_payments.order_status is 'State of the order: awaiting, paid, fulfilled, cancelled or refunded.';
comment on column marts.linked_payments.order_amount is 'What the buyer is to pay, in major units of order_currency; repeated where an order has several payments.';
comment on column marts.linked_payments.order_currency is 'Fiat currency of order_amount, ISO 4217.';
comment on column marts.linked_payments.placed_at is 'Instant at which the order was placed.';
comment on column marts.linked_payments.transaction_id is 'The payment.';
comment on column marts.linked_payments.transaction_status is 'State of the payment in capitals.';
comment on column marts.linked_payments.payout_status is 'State of the payout in capitals.';
comment on column marts.linked_payments.fiat_amount is 'What the payment is worth, in major units of fiat_currency; repeated where a payment has several orders.';
comment on column marts.linked_payments.fiat_currency is 'Fiat currency of fiat_amount and fee_amount, ISO 4217.';
comment on column marts.linked_payments.fee_amount is 'The gateway''s fee; positive is a cost.';
comment on column marts.linked_payments.crypto_currency is 'Ticker of the coin.';
comment on column marts.linked_payments.network is 'Chain on which the coins moved.';
comment on column marts.linked_payments.created_at is 'Instant at which the gateway opened the payment.';

comment on view marts.unpaid_orders is 'One row per paid or fulfilled order in whose case no payment completed and no charge succeeded.';
comment on column marts.unpaid_orders.order_id is 'The order.';
comment on column marts.unpaid_orders.status is 'State of the order: paid or fulfilled.';
comment on column marts.unpaid_orders.amount is 'What the buyer was to pay, in major units of currency.';
comment on column marts.unpaid_orders.currency is 'Fiat currency of amount, ISO 4217.';
comment on column marts.unpaid_orders.placed_at is 'Instant at which the order was placed.';
comment on column marts.unpaid_orders.business_date is 'Local date of placed_at in the business time zone.';
comment on column marts.unpaid_orders.age_days is 'Full days from the business date to the as-of.';
comment on column marts.unpaid_orders.case_id is 'The case, as in reconciled.matches.';
comment on column marts.unpaid_orders.match_status is 'How the case stands; EXPECTED is young enough to wait for its payment.';
comment on column marts.unpaid_orders.code is 'Primary code of the break of the case that holds; empty where there is none.';
comment on column marts.unpaid_orders.state is 'State of that break.';

comment on view marts.payouts is 'One row per COMPLETED payment dated before the as-of: what of it is the merchant''s, and whether it was paid out.';
comment on column marts.payouts.transaction_id is 'The payment.';
comment on column marts.payouts.business_date is 'Business date of the payment.';
comment on column marts.payouts.currency is 'Fiat currency of all amounts of the row, ISO 4217.';
comment on column marts.payouts.gross_amount is 'What the payment is worth, in major units.';
comment on column marts.payouts.fee_amount is 'The gateway''s fee, kept from the payout; positive is a cost; empty where none is told.';
comment on column marts.payouts.net_amount is 'Gross less fee: what is paid out.';
comment on column marts.payouts.payout_status is 'State of the payout in capitals; COMPLETED is paid out.';
comment on column marts.payouts.settlement_id is 'Settlement that the gateway put the payment into.';
comment on column marts.payouts.created_at is 'Instant at which the gateway opened the payment.';
comment on column marts.payouts.paid_out_at is 'The first instant from which we know it was paid out, by the gateway''s own change; empty while it waits.';
comment on column marts.payouts.days_to_payout is 'Days from business_date to the local date of paid_out_at; empty while it waits.';
comment on column marts.payouts.days_waiting is 'Full days from the business date to the as-of for what waits; empty once it is paid out.';

comment on view marts.refunds_owed is 'One row per payment of which money is to be returned to its payer.';
comment on column marts.refunds_owed.transaction_id is 'The payment.';
comment on column marts.refunds_owed.amount is 'What is to be returned, in major units of currency; an excess of coins at the payment''s own rate, not rounded.';
comment on column marts.refunds_owed.currency is 'Fiat currency of amount, ISO 4217.';
comment on column marts.refunds_owed.reason is 'Why it is owed, in words.';
comment on column marts.refunds_owed.business_date is 'Business date of the payment.';
comment on column marts.refunds_owed.age_days is 'Full days from the business date to the as-of.';
comment on column marts.refunds_owed.case_id is 'The case of the payment.';
comment on column marts.refunds_owed.order_id is 'The first order of the case by id; empty where the payment has none.';
comment on column marts.refunds_owed.code is 'Primary code of the break of the case that holds; empty where there is none.';
comment on column marts.refunds_owed.state is 'State of that break.';
comment on column marts.refunds_owed.assignee is 'Who works on it; empty where nobody does.';

comment on view marts.open_breaks is 'One row per break that still needs somebody: open, assigned, waiting or reopened.';
comment on column marts.open_breaks.break_id is 'Name of the break for life, as `recon exceptions` takes it.';
comment on column marts.open_breaks.case_id is 'The case, as in reconciled.matches.';
comment on column marts.open_breaks.code is 'The primary code, explained in reconciled.break_codes.';
comment on column marts.open_breaks.secondary_codes is 'The other codes that hold, in order of precedence.';
comment on column marts.open_breaks.severity is 'Weight of the break: info, low, medium or high.';
comment on column marts.open_breaks.state is 'Where the work stands: open, assigned, waiting or reopened.';
comment on column marts.open_breaks.assignee is 'Who works on it; empty where nobody does.';
comment on column marts.open_breaks.currency is 'Currency of the amounts; the empty text for a break without money.';
comment on column marts.open_breaks.money_impact is 'What the primary code is worth: negative is money missing, positive is money to explain or to return.';
comment on column marts.open_breaks.expected_amount is 'Sum of the case''s orders that expect money.';
comment on column marts.open_breaks.actual_amount is 'Sum of the case''s COMPLETED payments.';
comment on column marts.open_breaks.detail is 'One sentence with both values and the threshold.';
comment on column marts.open_breaks.order_id is 'The oldest order of the case.';
comment on column marts.open_breaks.transaction_id is 'The oldest payment of the case.';
comment on column marts.open_breaks.subscription_id is 'The subscription of the case.';
comment on column marts.open_breaks.invoice_id is 'The oldest invoice of the case.';
comment on column marts.open_breaks.business_date is 'Business date of the case.';
comment on column marts.open_breaks.first_seen_date is 'Business date of the closing that first found it.';
comment on column marts.open_breaks.age_days is 'Full days from the business date to the as-of.';
