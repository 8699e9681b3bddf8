-- Every open break that bears a currency is counted on its business date, with its impact.
with
open_breaks as (
    select
        business_date,
        currency,
        count(*) as open_breaks,
        sum(money_impact) as open_impact
    from reconciled.breaks
    where state in ('open', 'assigned', 'waiting', 'reopened') and currency <> ''
    group by business_date, currency
)

select
    business_date,
    currency,
    daily.open_breaks,
    open_breaks.open_breaks as open_breaks_known,
    daily.open_impact,
    open_breaks.open_impact as open_impact_known
from marts.daily_close as daily
full outer join open_breaks using (business_date, currency)
where
    coalesce(daily.open_breaks, 0) <> coalesce(open_breaks.open_breaks, 0)
    or coalesce(daily.open_impact, 0) <> coalesce(open_breaks.open_impact, 0)
