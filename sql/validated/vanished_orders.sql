-- One row per order that the newest export covering its date no longer holds, or a later one sets aside; it stays.
-- An export covers a date when it holds more than half of the date's orders that were known before.
-- One that holds nothing but mended rows covers none: it was cut out of an export of that date.
with
history as (
    select * from validated.orders_history
),

files as (
    select
        *,
        row_number() over (order by exported_date, arrival) as place
    from ops.files
    where state = 'accepted'
),

-- A row in quarantine is there, whatever is wrong with it.
refused as (
    select
        quarantine.key as order_id,
        max(files.place) as last_place
    from validated.quarantine as quarantine
    inner join files on quarantine.source_digest = files.file_digest
    where quarantine.stream = 'orders' and quarantine.key is not null
    group by quarantine.key
),

refused_by_date as (
    select
        quarantine.key as order_id,
        files.exported_date,
        min(files.place) as place
    from validated.quarantine as quarantine
    inner join files on quarantine.source_digest = files.file_digest
    where quarantine.stream = 'orders' and quarantine.key is not null
    group by quarantine.key, files.exported_date
),

rows_by_place as (
    select
        history.order_id,
        history.business_date,
        files.place
    from history
    inner join files on history.source_file_digest = files.file_digest
),

-- An order whose row came once is known from there; few have come more often.
repeated as (
    select distinct order_id from history where version > 1
),

repeated_by_place as (
    select rows_by_place.*
    from rows_by_place
    semi join repeated on rows_by_place.order_id = repeated.order_id
),

aside_by_place as (
    select distinct aside.order_id, files.place
    from ops.orders_aside as aside
    inner join files on aside.file_digest = files.file_digest
),

aside as (
    select order_id, max(place) as place
    from aside_by_place
    group by order_id
),

-- What an export sets aside is not missing from it.
held_by_place as (
    select order_id, place from repeated_by_place
    union
    select order_id, place from aside_by_place
),

mended_by_place as (
    select rows_by_place.place, count(*) as rows
    from rows_by_place
    inner join files on rows_by_place.place = files.place
    inner join refused_by_date as refused
        on
            rows_by_place.order_id = refused.order_id
            and files.exported_date = refused.exported_date
            and refused.place < rows_by_place.place
    group by rows_by_place.place
),

counts_by_place as (
    select place, count(*) as rows
    from rows_by_place
    group by place
),

mending as (
    select counts.place
    from counts_by_place as counts
    inner join mended_by_place as mended on counts.place = mended.place and counts.rows = mended.rows
),

known as (
    select
        rows_by_place.order_id,
        rows_by_place.business_date,
        rows_by_place.place as first_place,
        rows_by_place.place as last_place
    from rows_by_place
    anti join repeated on rows_by_place.order_id = repeated.order_id

    union all

    select order_id, arg_max(business_date, place), min(place), max(place)
    from repeated_by_place
    group by order_id
),

first_counts as (
    select business_date, first_place as place, count(*) as fresh
    from known
    group by business_date, first_place
),

again_counts as (
    select known.business_date, held_by_place.place, count(*) as held_again
    from held_by_place
    inner join known
        on held_by_place.order_id = known.order_id and known.first_place < held_by_place.place
    group by known.business_date, held_by_place.place
),

coverage as (
    select
        again_counts.business_date,
        again_counts.place,
        again_counts.held_again,
        sum(first_counts.fresh) as known_before
    from again_counts
    inner join first_counts
        on
            again_counts.business_date = first_counts.business_date
            and first_counts.place < again_counts.place
    group by again_counts.business_date, again_counts.place, again_counts.held_again
),

newest as (
    select business_date, max(place) as place
    from coverage
    where held_again * 2 > known_before and place not in (select place from mending)
    group by business_date
),

gone as (
    select
        known.order_id,
        known.business_date,
        known.last_place,
        greatest(newest.place, aside.place) as place,
        coalesce(aside.place >= greatest(newest.place, aside.place), false) as is_aside
    from known
    left join newest on known.business_date = newest.business_date
    left join aside on known.order_id = aside.order_id
)

select
    gone.order_id,
    gone.business_date,
    if(gone.is_aside, 'set aside', 'missing') as absence,
    last_files.name as last_file,
    last_files.exported_date as last_exported_date,
    newest_files.name as missing_from_file,
    newest_files.file_digest as missing_from_digest,
    newest_files.exported_date as missing_from_date,
    newest_files.recorded_from
from gone
inner join files as last_files on gone.last_place = last_files.place
inner join files as newest_files on gone.place = newest_files.place
left join refused on gone.order_id = refused.order_id
where
    gone.last_place < gone.place
    and coalesce(refused.last_place, 0) < gone.place
