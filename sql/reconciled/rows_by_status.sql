-- One row per business date, currency, side and match status: the rows that bear it and their money.
with
amounts as (
    select
        'order' as kind,
        order_id as id,
        'orders' as side,
        currency,
        case when expects_money then amount else 0 end as amount
    from reconciled.order_facts

    union all

    select
        'transaction',
        transaction_id,
        'transactions',
        fiat_currency,
        case when is_completed then fiat_amount else 0 end
    from reconciled.transaction_facts

    union all

    select
        'invoice',
        invoice_id,
        'invoices',
        currency,
        amount
    from reconciled.invoice_facts

    union all

    select
        'attempt',
        charge_attempt_id,
        'charge_attempts',
        currency,
        case when is_succeeded then amount else 0 end
    from reconciled.charge_facts
),

sides as (
    select
        members.own_date as business_date,
        amounts.currency,
        amounts.side,
        statuses.match_status,
        amounts.amount
    from reconciled.members as members
    inner join amounts on members.kind = amounts.kind and members.id = amounts.id
    inner join reconciled.case_statuses as statuses on members.case_id = statuses.case_id
)

select
    business_date,
    currency,
    side || '_by_status' as line,
    match_status as code,
    sum(amount)::decimal(38, 18) as amount,
    count(*) as rows
from sides
group by business_date, currency, side, match_status
