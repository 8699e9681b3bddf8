-- One row per word of the judgement and what it means; codes carry their place in the precedence.
with
catalogue as (
    select code, rank from reconciled.break_codes
),

meanings as (
    select kind, word, meaning
    from (
        values
        ('code', 'INCOMPLETE_EXTRACT', 'no payment is known, but our pull of that time is not shown complete'),
        ('code', 'CURRENCY_MISMATCH', 'order and payment are in different currencies'),
        ('code', 'WRONG_ASSET_RECEIVED', 'another coin came than the session asked for'),
        ('code', 'NETWORK_MISMATCH', 'the coin came on another network than the session asked for'),
        ('code', 'AMBIGUOUS_MATCH', 'several orders and payments fit each other; a person must choose'),
        ('code', 'MISSING_IN_GATEWAY', 'the order expects money and the gateway has no transaction'),
        ('code', 'MISSING_IN_ORDERS', 'a completed payment has no order behind it'),
        ('code', 'DUPLICATE_ORDER', 'several orders claim one and the same payment'),
        ('code', 'DUPLICATE_PAYMENT', 'one order was paid more than once in full'),
        ('code', 'STATUS_MISMATCH', 'the shop and the gateway disagree on whether this is paid'),
        ('code', 'REFUND_NOT_IN_ORDERS', 'the gateway refunded and the order still expects its money'),
        ('code', 'REFUND_DUE', 'money is owed to the payer and no refund is known'),
        ('code', 'PAYOUT_FAILED', 'the payout of a completed payment failed'),
        ('code', 'PAYOUT_OVERDUE', 'the payout of a completed payment is later than agreed'),
        ('code', 'UNDERPAID', 'less came than the tolerance allows'),
        ('code', 'OVERPAID', 'more came than the tolerance allows'),
        ('code', 'AMOUNT_MISMATCH', 'received and expected amounts differ'),
        ('code', 'FEE_VARIANCE', 'the fee differs from the agreed schedule'),
        ('code', 'LATE_PAYMENT', 'the money came after the payment had expired'),
        ('code', 'SUPERSEDED_SESSION_PAID', 'the payment came on a session that the order had replaced'),
        ('code', 'INVOICE_PAID_WITHOUT_CHARGE', 'the invoice counts as paid and no charge took the money'),
        ('code', 'CHARGED_INVOICE_UNPAID', 'a charge took the money and the invoice does not count as paid'),
        ('code', 'DUPLICATE_CHARGE', 'one invoice was charged more than once'),
        ('code', 'CHARGE_AMOUNT_MISMATCH', 'the charge took another amount than the invoice says'),
        ('code', 'CHARGE_AFTER_CANCEL', 'the charge took money after the subscription had ended'),
        ('code', 'AUTHORISATION_BREACH', 'the charge took money that was not, or no longer, authorized'),
        ('code', 'MISSED_BILLING', 'the period has begun and no invoice was made for it'),
        ('code', 'ORPHAN_CHARGE_ATTEMPT', 'the attempt names another invoice or subscription than lists it'),
        ('code', 'VALIDATION_FAILED', 'a received row does not keep the contract and stands in quarantine'),
        ('code', 'STALE_SOURCE', 'payments are dated that day and no order row is'),
        ('code', 'DELETED_AT_SOURCE', 'the gateway no longer lists a row that was known'),
        ('code', 'UNEXPLAINED_RESIDUAL', 'money is explained by neither a code nor a status'),
        ('rule', 'manual', 'a person linked them'),
        ('rule', 'session', 'the order names the checkout session that was paid'),
        ('rule', 'reference', 'the order names the transaction or its reference'),
        ('rule', 'external_id', 'the transaction names the order as its external id'),
        ('rule', 'description', 'the description of the transaction names exactly this order'),
        ('rule', 'amount_window', 'same amount, currency and time; a person has to decide'),
        ('status', 'EXCLUDED', 'belongs to an invoice or payment link, not to an order'),
        ('status', 'AMBIGUOUS', 'several pairs fit equally well'),
        ('status', 'SUGGESTED', 'a likely pair that waits for a person'),
        ('status', 'BREAK', 'the two sides do not agree'),
        ('status', 'PARTIAL', 'money has come and the payment is still open'),
        ('status', 'EXPECTED', 'one side is ahead of the other, within the time allowed'),
        ('status', 'NOT_EXPECTED', 'no money is expected and none has come'),
        ('status', 'MATCHED_MANUAL', 'matched by a person'),
        ('status', 'MATCHED_GROUP', 'several orders or payments, matched together'),
        ('status', 'MATCHED_TOLERANCE', 'matched, the coins within tolerance'),
        ('status', 'MATCHED_EXACT', 'matched exactly')
    ) as spelled(kind, word, meaning)
)

select
    meanings.kind,
    meanings.word,
    meanings.meaning,
    catalogue.rank
from meanings
left join catalogue on meanings.kind = 'code' and meanings.word = catalogue.code
order by meanings.kind, catalogue.rank, meanings.word
