-- Views of the published database: what people ask most, with the joins made once.

-- One row per pair of an order and a payment that are joined by a link.
create or replace view marts.linked_payments as
select
    matches.case_id,
    matches.business_date,
    matches.match_status,
    matches.match_rule,
    orders.order_id,
    orders.status as order_status,
    orders.amount as order_amount,
    orders.currency as order_currency,
    orders.placed_at,
    transactions.transaction_id,
    transactions.status as transaction_status,
    transactions.payout_status,
    transactions.fiat_amount,
    transactions.fiat_currency,
    transactions.fee_amount,
    transactions.crypto_currency,
    transactions.network,
    transactions.created_at
from reconciled.matches as matches
inner join validated.orders as orders on matches.order_id = orders.order_id
inner join validated.transactions as transactions
    on matches.transaction_id = transactions.transaction_id
where matches.match_status not in ('AMBIGUOUS', 'SUGGESTED');

-- One row per order that expects money and in whose case no payment completed and no charge succeeded.
create or replace view marts.unpaid_orders as
with
paid as (
    select matches.case_id
    from reconciled.matches as matches
    inner join validated.transactions as transactions
        on matches.transaction_id = transactions.transaction_id
    where transactions.status = 'COMPLETED'

    union

    select bills.case_id
    from reconciled.subscription_matches as bills
    inner join validated.charge_attempts as attempts
        on bills.charge_attempt_id = attempts.charge_attempt_id
    where attempts.status = 'SUCCEEDED'
),

judged as (
    select distinct case_id, order_id, match_status from reconciled.matches where order_id is not null
)

select
    orders.order_id,
    orders.status,
    orders.amount,
    orders.currency,
    orders.placed_at,
    orders.business_date,
    date_diff('day', orders.business_date, basis.as_of_date) + 1 as age_days,
    judged.case_id,
    judged.match_status,
    breaks.code,
    breaks.state
from judged
inner join validated.orders as orders on judged.order_id = orders.order_id
cross join reconciled.basis as basis
left join reconciled.breaks as breaks on judged.case_id = breaks.case_id and breaks.holds
where
    orders.status in ('paid', 'fulfilled')
    and not exists (select 1 from paid where paid.case_id = judged.case_id);

-- One row per COMPLETED payment: what of it is the merchant's, and whether it was paid out.
create or replace view marts.payouts as
with
paid_out as (
    select
        transaction_id,
        min(coalesce(updated_at, recorded_from)) as paid_out_at
    from validated.transactions_history
    where payout_status = 'COMPLETED'
    group by transaction_id
)

select
    transactions.transaction_id,
    transactions.business_date,
    transactions.fiat_currency as currency,
    transactions.fiat_amount as gross_amount,
    transactions.fee_amount,
    (transactions.fiat_amount - coalesce(transactions.fee_amount, 0))::decimal(38, 18) as net_amount,
    transactions.payout_status,
    transactions.settlement_id,
    transactions.created_at,
    paid_out.paid_out_at,
    date_diff(
        'day',
        transactions.business_date,
        timezone(basis.timezone, paid_out.paid_out_at)::date
    ) as days_to_payout,
    case
        when paid_out.paid_out_at is null
            then date_diff('day', transactions.business_date, basis.as_of_date) + 1
    end as days_waiting
from validated.transactions as transactions
cross join reconciled.basis as basis
left join paid_out
    on
        transactions.transaction_id = paid_out.transaction_id
        and transactions.payout_status = 'COMPLETED'
where transactions.status = 'COMPLETED' and transactions.created_at < basis.as_of;

-- One row per payment of which money is to be returned to its payer.
create or replace view marts.refunds_owed as
with
cases as (
    select
        transaction_id,
        min(case_id) as case_id,
        min(order_id) as order_id
    from reconciled.matches
    where transaction_id is not null
    group by transaction_id
)

select
    due.transaction_id,
    due.amount,
    transactions.fiat_currency as currency,
    due.reason,
    transactions.business_date,
    date_diff('day', transactions.business_date, basis.as_of_date) + 1 as age_days,
    cases.case_id,
    cases.order_id,
    breaks.code,
    breaks.state,
    breaks.assignee
from reconciled.refunds_due as due
inner join validated.transactions as transactions on due.transaction_id = transactions.transaction_id
cross join reconciled.basis as basis
left join cases on due.transaction_id = cases.transaction_id
left join reconciled.breaks as breaks on cases.case_id = breaks.case_id and breaks.holds;

-- One row per break that still needs somebody.
create or replace view marts.open_breaks as
select
    break_id,
    case_id,
    code,
    secondary_codes,
    severity,
    state,
    assignee,
    currency,
    money_impact,
    expected_amount,
    actual_amount,
    detail,
    order_id,
    transaction_id,
    subscription_id,
    invoice_id,
    business_date,
    first_seen_date,
    age_days
from reconciled.breaks
where state in ('open', 'assigned', 'waiting', 'reopened');

-- One row per schema of this file: the engine keeps no comment on a schema.
create or replace view ops.schemas as
select
    told.schema_name,
    told.meaning
from (
    values
    ('validated', 'What the shop and the gateway say, each row held to its contract; nothing is paired yet.'),
    ('reconciled', 'Both sides paired case by case, every difference named, and the proof that nothing was lost.'),
    ('marts', 'The tables, views and macros that finance asks first: sums and lists in money.'),
    ('delivered', 'What the reports show, as it was stored; rendering reads nothing else.'),
    ('ops', 'The pipeline about itself: runs, pulls, files, mails, decisions, and this guide.')
) as told (schema_name, meaning);
