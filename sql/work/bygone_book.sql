-- The last closing up to an instant: its as-of, its dates, and the policy that it was judged by.
select
    closings.as_of,
    min(closings.first_date) over () as first_date,
    runs.policy_version
from ops.closings as closings
left join ops.runs as runs on closings.run_id = runs.run_id
where closings.as_of <= $instant::timestamptz
order by closings.as_of desc, closings.closing_no desc
limit 1
