-- One row per order and column that an export taken in at this as-of changed; the first 200.
with
changes as (
    select * from validated.order_changes
),

basis as (
    select * from reconciled.basis
)

select
    changes.source_file as source,
    changes.source_row,
    changes.order_id,
    replace(changes.column_name, '_', ' ') as figure,
    changes.former_value as old,
    changes.new_value as new,
    count(*) over () as total
from changes
inner join basis on changes.recorded_from = basis.as_of
order by changes.source_file, changes.source_row, changes.column_name, changes.version
limit 200
