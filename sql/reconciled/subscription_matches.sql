-- One row per subscription invoice, charge attempt and missing period: the case it belongs to and how that stands.
with
members as (
    select * from reconciled.members
),

statuses as (
    select * from reconciled.case_statuses
),

rows_of_matches as (
    select
        members.case_id,
        invoices.subscription_id,
        invoices.invoice_id,
        null::varchar as charge_attempt_id,
        members.case_date as business_date
    from reconciled.invoice_facts as invoices
    inner join members on members.kind = 'invoice' and invoices.invoice_id = members.id

    union all

    select
        members.case_id,
        charges.subscription_id,
        charges.told_invoice_id,
        charges.charge_attempt_id,
        members.case_date
    from reconciled.charge_facts as charges
    inner join members on members.kind = 'attempt' and charges.charge_attempt_id = members.id

    union all

    select
        case_id,
        subscription_id,
        null,
        null,
        business_date
    from reconciled.missed_periods
)

select
    rows_of_matches.case_id,
    rows_of_matches.subscription_id,
    rows_of_matches.invoice_id,
    rows_of_matches.charge_attempt_id,
    statuses.match_status,
    rows_of_matches.business_date
from rows_of_matches
inner join statuses on rows_of_matches.case_id = statuses.case_id
