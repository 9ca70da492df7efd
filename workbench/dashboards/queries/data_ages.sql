-- grain: one row per extract in use that holds anything of one organisation
with files as (
    select
        extract,
        coalesce(list_max(periods), loaded_at::date) as latest
    from control.load_file
    where is_live
        and list_contains(organisations, $organisation)
)

select
    extract,
    max(latest) as latest
from files
group by extract
order by extract
