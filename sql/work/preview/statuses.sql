-- One row per match status: how many cases have it under either policy.
with
standing as (
    select *, false as is_proposed from preview.former
    union all
    select *, true as is_proposed from preview.proposed
)

select
    match_status,
    count(*) filter (where not is_proposed) as cases_before,
    count(*) filter (where is_proposed) as cases_after
from standing
where match_status is not null
group by match_status
order by match_status
