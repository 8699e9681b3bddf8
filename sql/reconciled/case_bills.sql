-- One row per case with invoices, charge attempts or a missed period: what they are together.
with
members as (
    select * from reconciled.members
),

invoices as (
    select * from reconciled.invoice_facts
),

charges as (
    select * from reconciled.charge_facts
),

invoice_side as (
    select
        members.case_id,
        any_value(members.case_date) as case_date,
        arg_min(invoices.invoice_id, (invoices.created_at, invoices.invoice_id)) as invoice_id,
        arg_min(invoices.subscription_id, (invoices.created_at, invoices.invoice_id))
            as subscription_id,
        arg_min(invoices.currency, (invoices.created_at, invoices.invoice_id)) as currency
    from members
    inner join invoices on members.id = invoices.invoice_id
    where members.kind = 'invoice'
    group by members.case_id
),

charge_side as (
    select
        members.case_id,
        any_value(members.case_date) as case_date,
        arg_min(
            charges.charge_attempt_id,
            (not charges.is_succeeded, charges.created_at, charges.charge_attempt_id)
        ) as charge_attempt_id,
        arg_min(charges.subscription_id, (charges.created_at, charges.charge_attempt_id))
            as subscription_id,
        arg_min(charges.currency, (charges.created_at, charges.charge_attempt_id)) as currency,
        bool_or(charges.is_succeeded) as is_charged,
        bool_or(charges.is_succeeded and not coalesce(invoices.is_paid, false)) as has_open_charge
    from members
    inner join charges on members.id = charges.charge_attempt_id
    left join invoices on charges.invoice_id = invoices.invoice_id
    where members.kind = 'attempt'
    group by members.case_id
),

-- Charges that count as a payment: under an order, and not also seen as a transaction.
charged_side as (
    select case_id, count(*) as charged_count
    from reconciled.payments
    where kind = 'attempt'
    group by case_id
)

select
    coalesce(invoice_side.case_id, charge_side.case_id) as case_id,
    coalesce(invoice_side.case_date, charge_side.case_date) as case_date,
    coalesce(invoice_side.currency, charge_side.currency) as currency,
    coalesce(invoice_side.subscription_id, charge_side.subscription_id) as subscription_id,
    invoice_side.invoice_id,
    charge_side.charge_attempt_id,
    coalesce(charge_side.is_charged, false) as is_charged,
    coalesce(charge_side.has_open_charge, false) as has_open_charge,
    coalesce(charged_side.charged_count, 0) as charged_count
from invoice_side
full join charge_side on invoice_side.case_id = charge_side.case_id
left join charged_side on charge_side.case_id = charged_side.case_id

union all

select
    case_id,
    business_date,
    currency,
    subscription_id,
    null,
    null,
    false,
    false,
    0
from reconciled.missed_periods
