-- No column of any table is floating, not even inside a list or a structure: money is exact throughout.
select
    schema_name,
    table_name,
    column_name,
    data_type
from duckdb_columns()
where
    database_name = current_database()
    and not internal
    and regexp_matches(data_type, 'FLOAT|DOUBLE|REAL')
