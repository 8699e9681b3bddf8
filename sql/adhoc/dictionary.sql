-- What is there to ask, and what does each table and column mean?
-- $word text = none: only what has this word in its name, meaning or source.
-- Answer: one row a schema, table, view, macro or column; source is the gateway's field or the export's column.
select
    kind,
    schema_name,
    name,
    column_name,
    type,
    meaning,
    source
from ops.dictionary
where
    $word::varchar is null
    or contains(lower(concat_ws(' ', schema_name, name, column_name, meaning, source)), lower($word::varchar))
order by
    list_position(['validated', 'reconciled', 'marts', 'delivered', 'ops'], schema_name), name, place
