-- grain: one row per extract and set of organisations that its files in use describe
-- Headcount and FTE are those of staff in post, pay that of the ledger, each at the latest month. Published statistics
-- describe every organisation in England: they are one row, without organisations.
with in_use as (
    select
        *,
        case when extract <> 'published_absence' then organisations end as described,
        list_max(periods) as last_period
    from control.load_file
    where is_live
),

grouped as (
    select
        extract,
        described,
        coalesce(max(last_period), max(loaded_at)::date) as as_of,
        case when max(last_period) is null then 'loaded' else 'period' end as as_of_basis,
        count(*)::bigint as files,
        sum(rows_accepted)::bigint as rows_accepted,
        sum(rows_rejected)::bigint as rows_rejected,
        sum(cells_blanked)::bigint as cells_blanked
    from in_use
    group by extract, described
),

monthly as (
    select
        'staff_in_post' as extract,
        organisation_code,
        period,
        count(distinct person_key)::bigint as headcount,
        sum(contracted_fte) as fte,
        null as pay
    from staging.staff_in_post
    group by organisation_code, period
    union all
    select
        'ledger',
        organisation_code,
        period,
        null,
        null,
        sum(actual_amount)
    from staging.ledger
    group by organisation_code, period
)

select
    grouped.extract,
    grouped.described as organisations,
    grouped.as_of,
    grouped.as_of_basis,
    grouped.files,
    grouped.rows_accepted,
    grouped.rows_rejected,
    grouped.cells_blanked,
    sum(monthly.headcount)::bigint as headcount,
    sum(monthly.fte) as fte,
    sum(monthly.pay) as pay
from grouped
left join monthly
    on monthly.extract = grouped.extract
    and list_contains(grouped.described, monthly.organisation_code)
    and monthly.period = grouped.as_of
group by all
order by grouped.extract, grouped.described
