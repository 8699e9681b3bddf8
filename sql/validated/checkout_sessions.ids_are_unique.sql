-- A checkout session stands once among the current checkout sessions.
select
    session_id,
    count(*) as rows
from validated.checkout_sessions
group by session_id
having count(*) > 1 or session_id is null
