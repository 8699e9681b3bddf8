-- One row: how many rows came in or came of age since the last judgement, roughly, and how many are held.
with
judged as (
    select * from reconciled.judged
),

basis as (
    select * from reconciled.basis
),

rows_held as (
    select coalesce(paid_at, placed_at) as dated_at from validated.orders
    union all
    select created_at from validated.transactions
),

fresh_files as (
    select file_digest, arrival, exported_date from ops.files where state = 'accepted'
    except
    select file_digest, arrival, exported_date from reconciled.judged_files
),

fresh as (
    select count(*) as rows
    from raw.orders as received
    semi join fresh_files on received.file_digest = fresh_files.file_digest

    union all

    select count(*)
    from raw.transactions as received
    cross join judged
    where received.arrival > judged.transactions_arrival
),

counted as (
    select
        count(*) as rows,
        count(*) filter (
            where
                judged.as_of < basis.as_of
                and rows_held.dated_at
                >= judged.as_of - to_hours(greatest(basis.gateway_hours, basis.orders_hours))
        ) as of_age
    from rows_held
    cross join judged
    cross join basis
)

select counted.of_age + fresh.rows as touched, counted.rows as held
from counted
cross join (select sum(rows) as rows from fresh) as fresh
