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

wanted as (
    select
        session_id,
        is_of_gateway
    from named
    where
        named_at < $as_of::timestamptz
        and named_at >= $as_of::timestamptz - to_days(90)
        and session_id not in (select session_id from over)

    union all

    select
        checkout_session_id,
        true
    from staged_transactions
    where checkout_session_id not in (select session_id from held where session_id is not null)
)

select
    wanted.session_id,
    bool_or(wanted.is_of_gateway or held.session_id is not null) as is_known
from wanted
left join held on wanted.session_id = held.session_id
where wanted.session_id is not null
group by wanted.session_id
order by wanted.session_id
