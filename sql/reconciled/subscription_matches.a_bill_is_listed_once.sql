-- Every invoice and attempt dated before the as-of is listed once, and stands as its whole case does.
with
basis as (
    select * from reconciled.basis
),

listed as (
    select
        case
            when charge_attempt_id is not null then 'attempt:' || charge_attempt_id
            when invoice_id is not null then 'invoice:' || invoice_id
            else case_id
        end as bill,
        case_id,
        match_status,
        business_date
    from reconciled.subscription_matches
),

due as (
    select 'invoice:' || invoices.invoice_id as bill
    from validated.subscription_invoices as invoices
    cross join basis
    where invoices.created_at < basis.as_of

    union all

    select 'attempt:' || attempts.charge_attempt_id
    from validated.charge_attempts as attempts
    cross join basis
    where attempts.created_at < basis.as_of
),

paired as (
    select distinct matches.case_id, matches.match_status, matches.business_date
    from reconciled.matches as matches
    semi join listed on matches.case_id = listed.case_id
)

select bill, 'listed ' || count(*) || ' times' as fault
from listed
group by bill
having count(*) > 1

union all

select bill, 'not listed'
from due
where bill not in (select bill from listed)

union all

select bill, 'listed, but not dated before the as-of'
from listed
where not starts_with(bill, 'period:') and bill not in (select bill from due)

union all

select listed.bill, 'stands otherwise than its case'
from listed
inner join paired on listed.case_id = paired.case_id
where
    listed.match_status <> paired.match_status or listed.business_date <> paired.business_date
