-- One row: what a full sweep showed that the nights before it had missed.
-- Rows that an ordinary night reads anyway, the recent and the unsettled, do not count.
with
listed as (
    select
        row_key as transaction_id,
        content_digest
    from staged_transactions
    where
        row_key is not null
        and try_cast(created_at as timestamptz) < $recent_from::timestamptz
    qualify row_number() over (partition by row_key order by fetch_order desc) = 1
),

held as (
    select
        transaction_id,
        content_digest,
        try_cast(created_at as timestamptz) as created_at
    from raw.transactions
    where transaction_id is not null
    qualify
        row_number() over (partition by transaction_id order by ranked_at desc nulls last, arrival desc) = 1
),

everything_listed as (
    select distinct row_key as transaction_id from staged_transactions where row_key is not null
),

gone as (
    select held.transaction_id
    from held
    anti join everything_listed on held.transaction_id = everything_listed.transaction_id
    where held.created_at >= $window_from::timestamptz and held.created_at < $window_to::timestamptz
)

select
    (select count(*) from everything_listed) as rows_listed,
    count(*) filter (where held.transaction_id is null) as rows_new,
    count(*) filter (
        where
        held.transaction_id is not null
        and listed.content_digest <> held.content_digest
        and unsettled.transaction_id is null
    ) as rows_changed,
    (select count(*) from gone) as rows_gone,
    (select coalesce(list(transaction_id order by transaction_id), []) from gone) as gone_ids
from listed
left join held on listed.transaction_id = held.transaction_id
left join unsettled_transactions as unsettled on listed.transaction_id = unsettled.transaction_id
