-- One row per id that stands in a refused order row, and the row: such an id counts as known.
with
quarantine as (
    select * from validated.quarantine where stream = 'orders'
),

mended_rows as (
    select * from reconciled.mended_rows
),

named as (
    select
        unnest(quarantine.known_ids) as known_id,
        quarantine.source || ' line ' || quarantine.source_row as place,
        mended_rows.source_row is not null as is_mended
    from quarantine
    left join mended_rows
        on
            quarantine.stream = mended_rows.stream
            and quarantine.source_digest = mended_rows.source_digest
            and quarantine.source_row = mended_rows.source_row
)

select distinct known_id, place, is_mended from named
