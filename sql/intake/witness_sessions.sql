-- At most one checkout session that the gateway told of before and that is none of those asked for now.
select session_id
from raw.checkout_sessions
where session_id is not null and not list_contains($asked::varchar[], session_id)
order by arrival desc
limit 1
