-- Appends the figures that this closing tells for the first time or otherwise than the one before it.
with
latest as (
    select *
    from reconciled.closed_figures
    qualify row_number() over (
        partition by business_date, currency, figure order by closing_no desc
    ) = 1
)

insert into reconciled.closed_figures by name
select
    $closing_no::bigint as closing_no,
    $as_of::timestamptz as recorded_from,
    coalesce(standing.business_date, latest.business_date) as business_date,
    coalesce(standing.currency, latest.currency) as currency,
    coalesce(standing.figure, latest.figure) as figure,
    coalesce(standing.amount, 0)::decimal(38, 18) as amount
from reconciled.standing_figures as standing
full outer join latest
    on
        standing.business_date = latest.business_date
        and standing.currency = latest.currency
        and standing.figure = latest.figure
where coalesce(standing.amount, 0) <> coalesce(latest.amount, 0)
