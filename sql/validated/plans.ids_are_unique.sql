-- A plan stands once among the current plans.
select
    plan_id,
    count(*) as rows
from validated.plans
group by plan_id
having count(*) > 1 or plan_id is null
