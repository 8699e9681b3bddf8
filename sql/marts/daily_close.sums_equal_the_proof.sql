-- Every date and currency of the proof has its row, with the proof's amounts; without a residual they explain each other.
with
proof as (
    select
        business_date,
        currency,
        coalesce(sum(amount) filter (where line = 'expected_by_cases'), 0) as expected_amount,
        coalesce(sum(amount) filter (where line = 'received_by_cases'), 0) as received_amount,
        sum(amount) filter (where line = 'unexplained_residual') as unexplained_residual
    from reconciled.proof
    where currency <> ''
    group by business_date, currency
    having bool_or(line = 'unexplained_residual')
)

select
    business_date,
    currency,
    daily.expected_amount,
    proof.expected_amount as proof_expected_amount,
    daily.received_amount,
    proof.received_amount as proof_received_amount,
    daily.difference_amount,
    daily.break_amount,
    daily.timing_amount
from marts.daily_close as daily
full outer join proof using (business_date, currency)
where
    daily.expected_amount is distinct from coalesce(proof.expected_amount, 0)
    or daily.received_amount is distinct from coalesce(proof.received_amount, 0)
    or daily.unexplained_residual is distinct from coalesce(proof.unexplained_residual, 0)
    or daily.difference_amount <> daily.received_amount - daily.expected_amount
    or (
        coalesce(proof.unexplained_residual, 0) = 0
        and daily.difference_amount <> daily.break_amount + daily.timing_amount
    )
