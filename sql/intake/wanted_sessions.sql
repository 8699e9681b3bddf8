-- One row per checkout session to read by id: named by an order or a transaction and not known to be over,
-- or named by a transaction that was just received and not held yet.
with
named as (
    select unnest(session_ids) as session_id, try_cast(placed_at as timestamptz) as named_at
    from raw.orders
    union all
    select checkout_session_id, try_cast(created_at as timestamptz) from raw.transactions
),

held as (
    select
        session_id,
        status
    from raw.checkout_sessions
    qualify
        row_number() over (partition by session_id order by ranked_at desc nulls last, arrival desc)
        = 1
),

over as (
    select session_id from held where status in ('COMPLETED', 'FAILED', 'EXPIRED', 'CANCELLED')
),

brought as (
    select checkout_session_id as session_id
    from staged_transactions
    where checkout_session_id not in (select session_id from held where session_id is not null)
)

select session_id
from named
where
    session_id is not null
    and named_at < $as_of::timestamptz
    and named_at >= $as_of::timestamptz - to_days(90)
    and session_id not in (select session_id from over)
union
select session_id
from brought
where session_id is not null
order by session_id
