-- Per date and currency, own + moved in + moved out = by cases on either side, and the difference is
-- received less expected; where that does not hold, the residual says at least so much.
with
lines as (
    select
        business_date,
        currency,
        sum(amount) filter (
            where line in ('expected_own', 'expected_moved_in', 'expected_moved_out')
        ) as expected_own,
        sum(amount) filter (where line = 'expected_by_cases') as expected_by_cases,
        sum(amount) filter (
            where line in ('received_own', 'received_moved_in', 'received_moved_out')
        ) as received_own,
        sum(amount) filter (where line = 'received_by_cases') as received_by_cases,
        sum(amount) filter (where line = 'difference') as difference,
        sum(amount) filter (where line = 'difference_explained') as explained,
        sum(amount) filter (where line = 'unexplained_residual') as residual
    from reconciled.proof
    where currency <> ''
    group by business_date, currency
    having bool_or(line in ('expected_own', 'received_own', 'expected_by_cases', 'received_by_cases'))
),

gaps as (
    select
        business_date,
        currency,
        residual,
        coalesce(expected_own, 0) - coalesce(expected_by_cases, 0) as expected_gap,
        coalesce(received_own, 0) - coalesce(received_by_cases, 0) as received_gap,
        coalesce(received_by_cases, 0)
        - coalesce(expected_by_cases, 0)
        - coalesce(difference, 0) as untold_difference,
        coalesce(difference, 0) - coalesce(explained, 0) as unexplained
    from lines
)

select
    business_date,
    currency,
    expected_gap,
    received_gap,
    untold_difference,
    unexplained,
    residual
from gaps
where
    residual is null
    or untold_difference <> 0
    or residual < abs(expected_gap) + abs(received_gap) + abs(unexplained)
