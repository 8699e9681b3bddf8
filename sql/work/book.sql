-- The last closing: its as-of, its last date, and the policy that it was judged by.
select
    closings.as_of,
    max(closings.last_date) over () as last_date,
    runs.policy_version
from ops.closings as closings
left join ops.runs as runs on closings.run_id = runs.run_id
order by closings.closing_no desc
limit 1
