-- Comments on the tables about fees: what the gateway charged and what was quoted.
comment on table marts.fees is 'One row per business date, currency, coin and network with COMPLETED payments: what the gateway charged, beside what its schedule says.';
comment on column marts.fees.business_date is 'Business date of the payments.';
comment on column marts.fees.currency is 'Fiat currency of all amounts of the row.';
comment on column marts.fees.coin is 'Coin of the payments, in capitals; the empty text where the gateway names none.';
comment on column marts.fees.network is 'Network of the payments, in capitals; the empty text where the gateway names none.';
comment on column marts.fees.payments is 'Number of COMPLETED payments.';
comment on column marts.fees.gross_amount is 'Sum of their fiat amounts, in major units.';
comment on column marts.fees.payments_without_fee is 'Payments of which the gateway tells no fee.';
comment on column marts.fees.fee_amount is 'Sum of the fees told, in major units.';
comment on column marts.fees.payments_with_schedule is 'Payments with a fee on whose date a schedule of recon.toml is in force.';
comment on column marts.fees.fee_amount_with_schedule is 'Sum of the fees of these payments; empty where there is no schedule.';
comment on column marts.fees.scheduled_fee_amount is 'Sum of what the schedule says of them, each rounded half away from zero to the minor unit.';
comment on column marts.fees.variance_amount is 'Scheduled less charged: negative is money charged too much.';
comment on column marts.fees.payments_off_schedule is 'Payments whose fee differs from the schedule by more than its tolerance (FEE_VARIANCE).';

comment on table marts.fee_quotes is 'One row per quote of a transfer fee: the network quoted for, beside the cheapest one quoted for the like on that date. No break is judged by a quote.';
comment on column marts.fee_quotes.quote_id is 'Names the quote: what was asked, and in which run.';
comment on column marts.fee_quotes.business_date is 'Local date of the quote.';
comment on column marts.fee_quotes.quoted_at is 'When the gateway quoted, else when it was asked.';
comment on column marts.fee_quotes.coin is 'Coin asked for, in capitals.';
comment on column marts.fee_quotes.network is 'Network asked for, in capitals.';
comment on column marts.fee_quotes.asked_amount is 'Amount asked for, in coins.';
comment on column marts.fee_quotes.fee_amount is 'The fee quoted, in fee_currency.';
comment on column marts.fee_quotes.fee_currency is 'Currency of the fee, in capitals; the empty text where none is told.';
comment on column marts.fee_quotes.cheapest_network is 'Network with the lowest fee quoted that date for the same coin, amount and fee currency.';
comment on column marts.fee_quotes.cheapest_fee_amount is 'That lowest fee, in fee_currency.';
comment on column marts.fee_quotes.payments is 'COMPLETED payments of that date in this coin on this network.';
