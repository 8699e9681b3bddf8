-- One row per table that facts are appended to, as schema.table.
select schema_name || '.' || table_name as name
from duckdb_tables()
where
    database_name = current_database()
    and not temporary
    and (schema_name in ('raw', 'ops') or (schema_name = 'validated' and table_name = 'quarantine'))
order by name
