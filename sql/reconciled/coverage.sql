-- One row: the instant from which on, up to the as-of, every moment lies in a complete pull of transactions.
with
basis as (
    select * from reconciled.basis
),

pulls as (
    select * from ops.pulls where stream = 'transactions' and complete and window_from is not null
),

islands as (
    select
        window_from,
        window_to,
        max(window_to) over (
            order by window_from, window_to rows between unbounded preceding and 1 preceding
        ) as covered_to
    from pulls
),

beginnings as (
    select window_from, window_to
    from islands
    where covered_to is null or window_from > covered_to
),

reached as (
    select max(window_to) as covered_to from pulls
)

select
    case
        when reached.covered_to >= basis.as_of
            then (select max(window_from) from beginnings where window_from < basis.as_of)
    end as complete_from
from basis
cross join reached
