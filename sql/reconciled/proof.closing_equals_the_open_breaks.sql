-- Opening and movements of the as-of date close at the open breaks: by code, currency and age band, count and amount.
with
basis as (
    select * from reconciled.basis
),

closing as (
    select
        proof.code,
        proof.currency,
        proof.age_band,
        sum(proof.amount) as amount,
        sum(proof.rows) as rows
    from reconciled.proof as proof
    inner join basis on proof.business_date = basis.as_of_date
    where proof.line = 'breaks_closing'
    group by proof.code, proof.currency, proof.age_band
),

open_breaks as (
    select
        code,
        currency,
        age_band(age_days) as age_band,
        sum(money_impact) as amount,
        count(*) as rows
    from reconciled.breaks
    where state in ('open', 'assigned', 'waiting', 'reopened')
    group by code, currency, age_band(age_days)
)

select
    code,
    currency,
    age_band,
    closing.amount as closing_amount,
    open_breaks.amount as open_amount,
    closing.rows as closing_rows,
    open_breaks.rows as open_rows
from closing
full outer join open_breaks using (code, currency, age_band)
where
    coalesce(closing.amount, 0) <> coalesce(open_breaks.amount, 0)
    or coalesce(closing.rows, 0) <> coalesce(open_breaks.rows, 0)
