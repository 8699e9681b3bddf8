-- One row per primary code and currency of open breaks: count and impact under either policy.
with
standing as (
    select *, false as is_proposed from preview.former
    union all
    select *, true as is_proposed from preview.proposed
)

select
    code,
    currency,
    count(*) filter (where not is_proposed) as breaks_before,
    coalesce(sum(money_impact) filter (where not is_proposed), 0)::decimal(38, 18) as money_impact_before,
    count(*) filter (where is_proposed) as breaks_after,
    coalesce(sum(money_impact) filter (where is_proposed), 0)::decimal(38, 18) as money_impact_after
from standing
where is_open
group by code, currency
order by code, currency
