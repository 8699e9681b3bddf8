-- One row per business date, currency, figure and closing that changed it: what stood when it was last closed, and what stands.
-- The first closing that tells a figure corrects nothing. The figures are those of proof line 2 and of the open breaks.
with
closed as (
    select * from reconciled.closed_figures
),

standing as (
    select * from reconciled.standing_figures
),

basis as (
    select * from reconciled.basis
),

latest as (
    select *
    from closed
    qualify row_number() over (
        partition by business_date, currency, figure order by closing_no desc
    ) = 1
),

-- What differs now is what the closing of this night will keep.
pending as (
    select
        coalesce(standing.business_date, latest.business_date) as business_date,
        coalesce(standing.currency, latest.currency) as currency,
        coalesce(standing.figure, latest.figure) as figure,
        basis.as_of as recorded_from,
        null::bigint as closing_no,
        coalesce(standing.amount, 0) as amount
    from standing
    full outer join latest
        on
            standing.business_date = latest.business_date
            and standing.currency = latest.currency
            and standing.figure = latest.figure
    cross join basis
    where coalesce(standing.amount, 0) <> coalesce(latest.amount, 0)
),

together as (
    select business_date, currency, figure, recorded_from, closing_no, amount from closed
    union all
    select business_date, currency, figure, recorded_from, closing_no, amount from pending
),

followed as (
    select
        *,
        lag(amount) over figures as former_amount,
        min(recorded_from) over (partition by business_date) as first_closed_at
    from together
    window figures as (
        partition by business_date, currency, figure order by closing_no nulls last
    )
)

select
    business_date,
    currency,
    figure,
    recorded_from as corrected_at,
    coalesce(former_amount, 0)::decimal(38, 18) as former_amount,
    amount::decimal(38, 18) as new_amount,
    (amount - coalesce(former_amount, 0))::decimal(38, 18) as change_amount
from followed
where recorded_from > first_closed_at or former_amount is not null
