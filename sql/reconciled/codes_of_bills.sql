-- One row per invoice, charge or missing period and code that holds for it, with its impact in its own currency.
with
invoices as (
    select * from reconciled.invoice_facts
),

charges as (
    select * from reconciled.charge_facts
),

subscriptions as (
    select subscriptions.*
    from validated.subscriptions as subscriptions
    cross join reconciled.basis as basis
    where coalesce(subscriptions.created_at < basis.as_of, true)
),

authorizations as (
    select * from reconciled.revocations
),

missed_periods as (
    select * from reconciled.missed_periods
),

basis as (
    select * from reconciled.basis
),

succeeded as (
    select
        charges.*,
        coalesce(charges.attempted_at, charges.created_at) as charged_at,
        charges.currency || ' ' || money_text(charges.amount, units.minor_units) as amount_text
    from charges
    left join validated.minor_units as units on charges.currency = units.currency
    where charges.is_succeeded
),

billed as (
    select
        invoices.invoice_id,
        invoices.amount,
        invoices.currency,
        invoices.status,
        invoices.is_paid,
        invoices.currency || ' ' || money_text(invoices.amount, any_value(units.minor_units))
            as amount_text,
        count(succeeded.charge_attempt_id) as charge_count,
        coalesce(sum(succeeded.amount) filter (where succeeded.currency = invoices.currency), 0)
            as charged,
        any_value(succeeded.currency) as charged_currency,
        string_agg(succeeded.amount_text, ', ' order by succeeded.charged_at, succeeded.charge_attempt_id)
            as charged_text,
        coalesce(bool_or(succeeded.is_past_orders_sla), false) as is_past_orders_sla
    from invoices
    left join succeeded on invoices.invoice_id = succeeded.invoice_id
    left join validated.minor_units as units on invoices.currency = units.currency
    group by
        invoices.invoice_id, invoices.amount, invoices.currency, invoices.status, invoices.is_paid
),

-- Coins in several currencies: each charge keeps its own.
charged_sums as (
    select invoice_id, currency, sum(amount) as amount
    from succeeded
    where invoice_id is not null
    group by invoice_id, currency
),

ended as (
    select
        succeeded.*,
        subscriptions.canceled_at,
        case
            when succeeded.attempted_at > subscriptions.canceled_at then subscriptions.canceled_at
            else subscriptions.current_period_end_at
        end as ended_at
    from succeeded
    inner join subscriptions on succeeded.subscription_id = subscriptions.subscription_id
    where
        succeeded.attempted_at > subscriptions.canceled_at
        or (
            subscriptions.cancel_at_period_end
            and succeeded.attempted_at > subscriptions.current_period_end_at
        )
),

latest as (
    select *
    from succeeded
    qualify row_number() over (
        partition by subscription_id order by charged_at desc, charge_attempt_id desc
    ) = 1
),

breaches as (
    select
        succeeded.charge_attempt_id,
        succeeded.amount,
        succeeded.currency,
        succeeded.amount_text,
        succeeded.attempted_at,
        case
            when succeeded.attempted_at > authorizations.revoked_at
                then 'the authorization was revoked at ' || instant_text(authorizations.revoked_at)
            when succeeded.attempted_at > authorizations.expires_at
                then 'the authorization ended at ' || instant_text(authorizations.expires_at)
            else
                authorizations.spent_units || ' units are spent of the '
                || authorizations.allowance_units || ' that are allowed'
        end as reason
    from succeeded
    inner join authorizations on succeeded.subscription_id = authorizations.subscription_id
    left join latest on succeeded.charge_attempt_id = latest.charge_attempt_id
    where
        succeeded.attempted_at > authorizations.revoked_at
        or succeeded.attempted_at > authorizations.expires_at
        or (authorizations.is_overspent and latest.charge_attempt_id is not null)
),

codes as (
    select
        'invoice' as kind,
        invoice_id as id,
        'INVOICE_PAID_WITHOUT_CHARGE' as code,
        -amount as impact,
        currency,
        'Invoice ' || invoice_id || ' over ' || amount_text
        || ' is paid, and no charge of it succeeded; 1 is expected.' as detail,
        'status' as field,
        'a succeeded charge' as expected,
        'none' as actual,
        '' as threshold
    from billed
    where is_paid and charge_count = 0

    union all

    select
        'invoice',
        billed.invoice_id,
        'CHARGED_INVOICE_UNPAID',
        charged_sums.amount,
        charged_sums.currency,
        billed.charged_text || ' was charged for invoice ' || billed.invoice_id || ' over '
        || billed.amount_text || ', which is ' || coalesce(billed.status, 'without status')
        || '; ' || basis.orders_hours || ' hours are allowed.',
        'status',
        'PAID',
        coalesce(billed.status, 'none'),
        basis.orders_hours || ' hours'
    from billed
    inner join charged_sums on billed.invoice_id = charged_sums.invoice_id
    cross join basis
    where billed.is_past_orders_sla and not coalesce(billed.is_paid, false)

    union all

    select
        'invoice',
        billed.invoice_id,
        'DUPLICATE_CHARGE',
        charged_sums.amount - case when charged_sums.currency = billed.currency then billed.amount else 0 end,
        charged_sums.currency,
        billed.charge_count || ' charges (' || billed.charged_text || ') succeeded for invoice '
        || billed.invoice_id || ' over ' || billed.amount_text || '; 1 is expected.',
        'charges',
        '1',
        billed.charge_count::varchar,
        ''
    from billed
    inner join charged_sums on billed.invoice_id = charged_sums.invoice_id
    where billed.charge_count > 1

    union all

    select
        'invoice',
        billed.invoice_id,
        'CHARGE_AMOUNT_MISMATCH',
        billed.charged - billed.amount,
        billed.currency,
        billed.charged_text || ' was charged for invoice ' || billed.invoice_id || ' over '
        || billed.amount_text || '; no difference is tolerated.',
        'amount',
        billed.amount_text,
        billed.charged_text,
        ''
    from billed
    where
        billed.charge_count = 1
        and (billed.charged_currency <> billed.currency or billed.charged <> billed.amount)

    union all

    select
        'attempt',
        charge_attempt_id,
        'CHARGE_AFTER_CANCEL',
        amount,
        currency,
        amount_text || ' was charged at ' || instant_text(attempted_at) || ' for subscription '
        || subscription_id || ', which ended at ' || instant_text(ended_at) || '.',
        'attempted_at',
        'not after ' || instant_text(ended_at),
        instant_text(attempted_at),
        ''
    from ended

    union all

    select
        'attempt',
        charge_attempt_id,
        'AUTHORISATION_BREACH',
        amount,
        currency,
        amount_text || ' was charged at ' || coalesce(instant_text(attempted_at), 'an unknown instant')
        || ', and ' || reason || '.',
        'authorization',
        'in force and within its allowance',
        reason,
        ''
    from breaches

    union all

    select
        'period',
        missed_periods.case_id,
        'MISSED_BILLING',
        -missed_periods.amount,
        missed_periods.currency,
        'The period of subscription ' || missed_periods.subscription_id || ' that began at '
        || instant_text(missed_periods.current_period_start_at) || ' has no invoice; '
        || coalesce(nullif(missed_periods.currency, '') || ' ' || money_text(missed_periods.amount, units.minor_units), 'one')
        || ' was to be billed, and ' || basis.orders_hours || ' hours are allowed.',
        'current_period_start_at',
        'an invoice',
        'none',
        basis.orders_hours || ' hours'
    from missed_periods
    left join validated.minor_units as units on missed_periods.currency = units.currency
    cross join basis

    union all

    select
        'attempt',
        charge_attempt_id,
        'ORPHAN_CHARGE_ATTEMPT',
        0,
        currency,
        'Charge attempt ' || charge_attempt_id || ' says it is of invoice '
        || coalesce(told_invoice_id, 'unknown') || ' and subscription '
        || coalesce(subscription_id, 'unknown') || ', and was listed under invoice '
        || coalesce(listed_under_invoice_id, 'unknown') || ' of subscription '
        || coalesce(listed_under_subscription_id, 'unknown') || '.',
        'invoice_id',
        coalesce(listed_under_invoice_id, 'none'),
        coalesce(told_invoice_id, 'none'),
        ''
    from charges
    where is_orphan
)

select
    codes.kind,
    codes.id,
    codes.code,
    codes.impact::decimal(38, 18) as impact,
    codes.currency,
    codes.detail,
    codes.field,
    codes.expected,
    codes.actual,
    codes.threshold
from codes
