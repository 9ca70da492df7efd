-- grain: one row per organisation and month whose assignments or FTE differ between extract and mart
with extracted as (
    select
        organisation_code,
        period,
        count(*) as assignments,
        sum(contracted_fte) as fte
    from staging.staff_in_post
    group by organisation_code, period
),

kept as (
    select
        organisation_code,
        period,
        count(*) as assignments,
        sum(fte) as fte
    from marts.assignment_month
    group by organisation_code, period
)

select
    organisation_code,
    period
from extracted
full join kept using (organisation_code, period)
where
    extracted.assignments is distinct from kept.assignments
    or extracted.fte is distinct from kept.fte
order by organisation_code, period
