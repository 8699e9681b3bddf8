-- One row per order that the newest export covering its date no longer holds; the order itself stays.
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

mending as (
    select rows_by_place.place
    from rows_by_place
    inner join files on rows_by_place.place = files.place
    left join refused_by_date as refused
        on
            rows_by_place.order_id = refused.order_id
            and files.exported_date = refused.exported_date
            and refused.place < rows_by_place.place
    group by rows_by_place.place
    having count(*) = count(refused.order_id)
),

known as (
    select
        order_id,
        arg_max(business_date, place) as business_date,
        min(place) as first_place,
        max(place) as last_place
    from rows_by_place
    group by order_id
),

first_counts as (
    select business_date, first_place as place, count(*) as fresh
    from known
    group by business_date, first_place
),

again_counts as (
    select known.business_date, rows_by_place.place, count(*) as held_again
    from rows_by_place
    inner join known
        on rows_by_place.order_id = known.order_id and known.first_place < rows_by_place.place
    group by known.business_date, rows_by_place.place
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
)

select
    known.order_id,
    known.business_date,
    last_files.name as last_file,
    last_files.exported_date as last_exported_date,
    newest_files.name as missing_from_file,
    newest_files.file_digest as missing_from_digest,
    newest_files.exported_date as missing_from_date,
    newest_files.recorded_from
from known
inner join newest on known.business_date = newest.business_date
inner join files as last_files on known.last_place = last_files.place
inner join files as newest_files on newest.place = newest_files.place
left join refused on known.order_id = refused.order_id
where
    known.last_place < newest.place
    and coalesce(refused.last_place, 0) < newest.place
