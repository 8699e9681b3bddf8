-- Where were fees charged that are not those of the schedule?
-- Answer: one row a case, costliest first; fee_amount is of all its COMPLETED payments, difference_amount the schedule less the fees that are off it, negative is charged too much. Without [[fees]] in recon.toml there is none.
with
off as (
    select
        case_id,
        order_id,
        business_date,
        currency,
        (evidence->'impacts'->>'FEE_VARIANCE')::decimal(38, 18) as difference_amount,
        state
    from reconciled.breaks
    where holds and (code = 'FEE_VARIANCE' or list_contains(secondary_codes, 'FEE_VARIANCE'))
)

select
    off.case_id,
    off.order_id,
    off.business_date,
    off.currency,
    count(distinct payments.transaction_id) as payments,
    sum(payments.fiat_amount)::decimal(38, 18) as gross_amount,
    sum(payments.fee_amount)::decimal(38, 18) as fee_amount,
    off.difference_amount,
    off.state
from off
inner join (select distinct case_id, transaction_id from reconciled.matches) as matches
    on off.case_id = matches.case_id
inner join validated.transactions as payments
    on matches.transaction_id = payments.transaction_id and payments.status = 'COMPLETED'
group by all
order by off.currency, off.difference_amount, off.case_id
