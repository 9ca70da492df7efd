-- grain: one row per extract, column and received word that its list does not know or calls retired
select
    extract,
    column_name,
    received,
    status,
    row_count
from control.code_map
where status in ('unknown', 'retired')
order by row_count desc, extract, column_name, received
