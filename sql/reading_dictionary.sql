-- The file explains itself: every schema, table, view, column and macro with its comment, for any tool that can ask.

-- One row per schema, table, view, macro and column of this file.
create or replace view ops.dictionary as
with
held as (
    select 'table' as kind, tables.schema_name, tables.table_name as name, tables.comment as meaning
    from duckdb_tables() as tables
    where not tables.internal and not tables.temporary

    union all

    select 'view', views.schema_name, views.view_name, views.comment
    from duckdb_views() as views
    where not views.internal and not views.temporary

    union all

    select
        'macro',
        macros.schema_name,
        macros.function_name || '(' || list_aggregate(macros.parameters, 'string_agg', ', ') || ')',
        macros.comment
    from duckdb_functions() as macros
    where not macros.internal and macros.function_type in ('macro', 'table_macro')
)

select
    'schema' as kind,
    schemas.schema_name,
    '' as name,
    '' as column_name,
    0 as place,
    '' as type,
    schemas.meaning,
    '' as source
from ops.schemas as schemas

union all

select
    held.kind,
    held.schema_name,
    held.name,
    '',
    0,
    '',
    held.meaning,
    ''
from held
inner join ops.schemas as schemas on held.schema_name = schemas.schema_name

union all

select
    'column',
    columns.schema_name,
    columns.table_name,
    columns.column_name,
    columns.column_index,
    columns.data_type,
    columns.comment,
    coalesce(sources.fields || ' of ' || sources.place, '')
from duckdb_columns() as columns
inner join ops.schemas as schemas on columns.schema_name = schemas.schema_name
left join ops.sources as sources
    on
        columns.schema_name = 'validated'
        and columns.table_name in (sources.stream, sources.stream || '_history')
        and columns.column_name = sources.column_name
where not columns.internal;
