-- One row per fault of the sources or of the proof: a refused row, a silent source, money unaccounted for.
with
basis as (
    select * from reconciled.basis
),

catalogue as (
    select * from reconciled.break_codes
),

quarantine as (
    select * from validated.quarantine
),

files as (
    select * from ops.files
),

mended as (
    select * from reconciled.mended_rows
),

awaited as (
    select place, min(transaction_id) as transaction_id
    from reconciled.awaited_payments
    group by place
),

refused_rows as (
    select
        row_case(
            quarantine.stream, quarantine.source_digest, quarantine.source_row, quarantine.key
        ) as case_id,
        'VALIDATION_FAILED' as code,
        awaited.transaction_id,
        '' as currency,
        quarantine.source || ' line ' || quarantine.source_row || ' is in quarantine: '
        || quarantine.reason as detail,
        coalesce(files.exported_date, timezone(basis.timezone, quarantine.seen_at)::date - 1)
            as business_date
    from quarantine
    cross join basis
    left join files on quarantine.source_digest = files.file_digest and files.state = 'accepted'
    left join awaited on quarantine.source || ' line ' || quarantine.source_row = awaited.place
    anti join mended
        on
            quarantine.stream = mended.stream
            and quarantine.source_digest = mended.source_digest
            and quarantine.source_row = mended.source_row
    -- Stores of former versions hold a row without an id once for every night that it was sent.
    qualify row_number() over (partition by case_id order by quarantine.seen_at, quarantine.source_row) = 1
),

silent_sources as (
    select
        'source:orders:' || business_date as case_id,
        'STALE_SOURCE' as code,
        null as transaction_id,
        '' as currency,
        payments || ' completed payments are dated ' || business_date
        || ' and not one order row is; 1 is expected at least.' as detail,
        business_date
    from reconciled.stale_dates
    where is_in_book
),

deleted as (
    select
        'gone:transactions:' || gone.transaction_id as case_id,
        'DELETED_AT_SOURCE' as code,
        gone.transaction_id,
        '' as currency,
        'Transaction ' || gone.transaction_id || ' of ' || gone.fiat_currency || ' '
        || money_text(gone.fiat_amount, units.minor_units)
        || ' was known before; the full sweeps as of ' || instant_text(gone.first_missed_as_of)
        || ' and ' || instant_text(gone.last_missed_as_of) || ' no longer list it.' as detail,
        gone.business_date
    from reconciled.deleted_rows as gone
    left join validated.minor_units as units on gone.fiat_currency = units.currency
),

residuals as (
    select
        'residual:' || business_date || ':' || currency as case_id,
        'UNEXPLAINED_RESIDUAL' as code,
        null as transaction_id,
        currency,
        currency || ' ' || money_text(amount, 2) || ' in ' || rows
        || ' rows is explained by neither a code nor a status; 0 is required.' as detail,
        business_date
    from reconciled.proof_of_money
    where line = 'unexplained_residual' and (amount <> 0 or rows <> 0)
),

together as (
    select * from refused_rows
    union all
    select * from silent_sources
    union all
    select * from deleted
    union all
    select * from residuals
)

select
    together.case_id,
    together.code,
    together.transaction_id,
    together.currency,
    together.detail,
    to_json({
        'rule_version': basis.rule_version,
        'policy_version': basis.policy_version,
        'transaction_id': together.transaction_id,
        'impacts': map {together.code: '0'}
    })::varchar as evidence,
    together.business_date,
    catalogue.severity
from together
inner join catalogue on together.code = catalogue.code
cross join basis
