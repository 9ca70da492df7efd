-- grain: one row per line of the CSV file just read that has a wrong number of cells or a wrong quotation mark
select
    line_byte_position::bigint - 1 as byte_position,
    min(error_type)::varchar as error_type,
    min(csv_line) as csv_line
from reject_errors
group by all
order by byte_position
