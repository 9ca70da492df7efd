-- grain: one row per table of the database
select
    schema_name || '.' || table_name as table_name,
    estimated_size::bigint as row_count
from duckdb_tables()
where not internal and not temporary
order by 1
