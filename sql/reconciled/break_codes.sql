-- One row per break code: its place in the order of precedence and what it does to a case.
-- Riders leave a case matched; explaining codes account for a difference in the proof.
select
    code,
    rank,
    is_rider,
    explains_difference,
    severity
from (
    values
    ('INCOMPLETE_EXTRACT', 1, false, true, 'medium'),
    ('CURRENCY_MISMATCH', 2, false, true, 'high'),
    ('WRONG_ASSET_RECEIVED', 3, true, false, 'medium'),
    ('NETWORK_MISMATCH', 4, true, false, 'medium'),
    ('AMBIGUOUS_MATCH', 5, false, true, 'medium'),
    ('MISSING_IN_GATEWAY', 6, false, true, 'high'),
    ('MISSING_IN_ORDERS', 7, false, true, 'high'),
    ('DUPLICATE_ORDER', 8, false, true, 'high'),
    ('DUPLICATE_PAYMENT', 9, false, true, 'high'),
    ('STATUS_MISMATCH', 10, false, true, 'high'),
    ('REFUND_NOT_IN_ORDERS', 11, false, true, 'medium'),
    ('REFUND_DUE', 12, false, true, 'medium'),
    ('PAYOUT_FAILED', 13, true, false, 'high'),
    ('PAYOUT_OVERDUE', 14, true, false, 'medium'),
    ('UNDERPAID', 15, false, false, 'medium'),
    ('OVERPAID', 16, false, false, 'low'),
    ('AMOUNT_MISMATCH', 17, false, true, 'high'),
    ('FEE_VARIANCE', 18, true, false, 'low'),
    ('LATE_PAYMENT', 19, true, false, 'low'),
    ('SUPERSEDED_SESSION_PAID', 20, true, false, 'info'),
    ('INVOICE_PAID_WITHOUT_CHARGE', 21, false, false, 'high'),
    ('CHARGED_INVOICE_UNPAID', 22, false, false, 'high'),
    ('DUPLICATE_CHARGE', 23, false, false, 'high'),
    ('CHARGE_AMOUNT_MISMATCH', 24, false, false, 'high'),
    ('CHARGE_AFTER_CANCEL', 25, false, false, 'high'),
    ('AUTHORISATION_BREACH', 26, false, false, 'high'),
    ('MISSED_BILLING', 27, false, false, 'high'),
    ('ORPHAN_CHARGE_ATTEMPT', 28, false, false, 'medium'),
    ('VALIDATION_FAILED', 40, false, false, 'medium'),
    ('STALE_SOURCE', 41, false, false, 'high'),
    ('DELETED_AT_SOURCE', 42, false, false, 'high'),
    ('UNEXPLAINED_RESIDUAL', 43, false, false, 'high')
) as catalogue(code, rank, is_rider, explains_difference, severity)
