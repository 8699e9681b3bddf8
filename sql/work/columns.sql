-- One row per column of every table, in order, with its type.
select
    concat(schema_name, '.', table_name) as table_name,
    column_name,
    data_type
from duckdb_columns()
where not internal
order by schema_name, table_name, column_index
