-- One row per transaction and code that holds for it, with its impact in the transaction's fiat currency.
with
transactions as (
    select
        facts.*,
        units.minor_units,
        facts.fiat_amount - coalesce(facts.fee_amount, 0) as payout_amount,
        case when facts.received > 0 then fiat_value(facts.received - facts.wanted, facts.exchange_rate) end
            as surplus,
        upper(trim(facts.named_coin)) as session_coin,
        upper(trim(facts.named_network)) as session_network,
        upper(trim(facts.crypto_currency)) as coin,
        upper(trim(facts.network)) as chain
    from reconciled.transaction_facts as facts
    left join validated.minor_units as units on facts.fiat_currency = units.currency
),

refunds as (
    select
        refunds_due.*,
        round_to_minor_units(refunds_due.amount, transactions.minor_units) as rounded_amount
    from reconciled.refunds_due as refunds_due
    inner join transactions on refunds_due.transaction_id = transactions.transaction_id
),

basis as (
    select * from reconciled.basis
),

scheduled as (
    select * from reconciled.scheduled_fees
),

codes as (
    select
        transaction_id,
        'WRONG_ASSET_RECEIVED' as code,
        0::decimal(38, 18) as impact,
        'The session asked for ' || session_coin || ', the payment came in ' || coin || '.' as detail,
        'coin' as field,
        session_coin as expected,
        coin as actual,
        '' as threshold
    from transactions
    where received > 0 and session_coin <> '' and coin <> session_coin

    union all

    select
        transaction_id,
        'NETWORK_MISMATCH',
        0,
        'The session asked for ' || coin || ' on ' || session_network || ', it came on ' || chain || '.',
        'network',
        session_network,
        chain,
        ''
    from transactions
    where received > 0 and coin = session_coin and session_network <> '' and chain <> session_network

    union all

    select
        transactions.transaction_id,
        'REFUND_DUE',
        refunds.amount,
        transactions.fiat_currency || ' '
        || money_text(refunds.rounded_amount, transactions.minor_units)
        || ' is owed to the payer (' || refunds.reason || '); no refund transaction is known, '
        || 'and a refund is due within ' || basis.refund_days || ' days.',
        'refund_tx_hash',
        money_text(refunds.rounded_amount, transactions.minor_units),
        'none',
        basis.refund_days || ' days'
    from refunds
    inner join transactions on refunds.transaction_id = transactions.transaction_id
    cross join basis

    union all

    select
        transaction_id,
        'PAYOUT_FAILED',
        -payout_amount,
        'The payout of ' || fiat_currency || ' ' || money_text(payout_amount, minor_units)
        || ' (amount less fee) failed; expected COMPLETED, found FAILED.',
        'payout_status',
        'COMPLETED',
        'FAILED',
        ''
    from transactions
    where is_completed and payout_status = 'FAILED'

    union all

    select
        transactions.transaction_id,
        'PAYOUT_OVERDUE',
        -transactions.payout_amount,
        'The payout of ' || transactions.fiat_currency || ' '
        || money_text(transactions.payout_amount, transactions.minor_units)
        || ' (amount less fee) is ' || coalesce(transactions.payout_status, 'not begun')
        || ' since ' || instant_text(transactions.created_at) || '; it is due within '
        || transactions.payout_days || ' days.',
        'payout_status',
        'COMPLETED',
        coalesce(transactions.payout_status, 'none'),
        transactions.payout_days || ' days'
    from transactions
    where is_past_payout_sla

    union all

    select
        transaction_id,
        'UNDERPAID',
        surplus,
        coins_text(received) || ' ' || coalesce(coin, 'coins') || ' came, ' || coins_text(wanted)
        || ' were expected; ' || coins_text(tolerance) || ' % less is tolerated.',
        'crypto_received',
        coins_text(wanted),
        coins_text(received),
        coins_text(tolerance) || ' %'
    from transactions
    where is_closed and received > 0 and is_below

    union all

    select
        transaction_id,
        'OVERPAID',
        surplus,
        coins_text(received) || ' ' || coalesce(coin, 'coins') || ' came, ' || coins_text(wanted)
        || ' were expected; ' || coins_text(tolerance) || ' % more is tolerated'
        || case when refund_tx_hash is null then '.' else '; the excess was returned.' end,
        'crypto_received',
        coins_text(wanted),
        coins_text(received),
        coins_text(tolerance) || ' %'
    from transactions
    where is_completed and is_above

    union all

    select
        transactions.transaction_id,
        'FEE_VARIANCE',
        scheduled.fee_expected - transactions.fee_amount,
        'The fee is ' || transactions.fiat_currency || ' '
        || money_text(transactions.fee_amount, transactions.minor_units) || ', the schedule says '
        || money_text(scheduled.fee_expected, transactions.minor_units) || ' ('
        || coins_text(scheduled.percent) || ' %, tolerance ' || coins_text(scheduled.tolerance) || ').',
        'fee_amount',
        money_text(scheduled.fee_expected, transactions.minor_units),
        money_text(transactions.fee_amount, transactions.minor_units),
        coins_text(scheduled.tolerance)
    from scheduled
    inner join transactions on scheduled.transaction_id = transactions.transaction_id
    where abs(scheduled.fee_expected - transactions.fee_amount) > scheduled.tolerance

    union all

    select
        transaction_id,
        'LATE_PAYMENT',
        0,
        'The session ended unpaid at ' || instant_text(expires_at) || '; '
        || coins_text(received) || ' ' || coalesce(coin, 'coins') || ' came after that.',
        'expires_at',
        instant_text(expires_at),
        coins_text(received),
        ''
    from transactions
    where is_completed and is_late
)

select
    codes.transaction_id,
    codes.code,
    codes.impact::decimal(38, 18) as impact,
    codes.detail,
    codes.field,
    codes.expected,
    codes.actual,
    codes.threshold
from codes
