-- One row per checkout session to read by id: named by an order or a transaction and not known to be over,
-- or named by a transaction that was just received and not held yet. Those that the gateway itself named are known.
with
named as (
    select
        unnest(session_ids) as session_id,
        try_cast(placed_at as timestamptz) as named_at,
        false as is_of_gateway
    from raw.orders
    union all
    select
        checkout_session_id,
        try_cast(created_at as timestamptz),
        true
    from raw.transactions
),

-- Whatever was never held otherwise than over needs no look at which version is the newest.
lasting as (
    select distinct session_id
    from raw.checkout_sessions
    where not coalesce(status in ('COMPLETED', 'FAILED', 'EXPIRED', 'CANCELLED'), false)
),

newest as (
    select sessions.session_id, sessions.status
    from raw.checkout_sessions as sessions
    semi join lasting on sessions.session_id = lasting.session_id
    qualify
        row_number() over (
            partition by sessions.session_id
            order by sessions.ranked_at desc nulls last, sessions.arrival desc
        ) = 1
),

not_over as (
    select session_id
    from newest
    where not coalesce(status in ('COMPLETED', 'FAILED', 'EXPIRED', 'CANCELLED'), false)
),

due as (
    select session_id, is_of_gateway
    from named
    where
        session_id is not null
        and named_at < $as_of::timestamptz
        and named_at >= $as_of::timestamptz - to_days(90)
),

named_now as (
    select session_id, is_of_gateway from due
    union all
    select checkout_session_id, true from staged_transactions where checkout_session_id is not null
),

wanted as (
    select named_now.session_id, named_now.is_of_gateway
    from named_now
    anti join raw.checkout_sessions as held on named_now.session_id = held.session_id

    union all

    select due.session_id, true
    from due
    semi join not_over on due.session_id = not_over.session_id
)

select
    session_id,
    bool_or(is_of_gateway) as is_known
from wanted
group by session_id
order by session_id
