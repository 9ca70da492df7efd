-- grain: one row per extract and set of organisations that its files in use describe
-- Control totals are those of the latest month (of the latest file, where an extract has no months). Published
-- statistics describe every organisation in England: they are one row, without organisations.
with in_use as (
    select
        *,
        case when extract <> 'published_absence' then organisations end as described,
        list_max(periods) as last_period,
        (coalesce(list_max(periods), loaded_at::date), loaded_at, file_id) as recency
    from control.load_file
    where is_live
)

select
    extract,
    described as organisations,
    coalesce(max(last_period), max(loaded_at)::date) as as_of,
    case when max(last_period) is null then 'loaded' else 'period' end as as_of_basis,
    count(*)::bigint as files,
    sum(rows_accepted)::bigint as rows_accepted,
    sum(rows_rejected)::bigint as rows_rejected,
    sum(cells_blanked)::bigint as cells_blanked,
    arg_max(headcount, recency) as headcount,
    arg_max(fte, recency) as fte,
    arg_max(pay, recency) as pay
from in_use
group by extract, described
order by extract, described
