-- Every transaction dated before the as-of stands in exactly one case.
with
basis as (
    select * from reconciled.basis
),

judged as (
    select
        transaction_id,
        count(distinct case_id) as cases
    from reconciled.matches
    group by transaction_id
)

select
    transactions.transaction_id,
    coalesce(judged.cases, 0) as cases
from validated.transactions as transactions
cross join basis
left join judged on transactions.transaction_id = judged.transaction_id
where transactions.created_at < basis.as_of and coalesce(judged.cases, 0) <> 1
