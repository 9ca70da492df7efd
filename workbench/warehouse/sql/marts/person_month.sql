-- grain: one row per organisation, month end and person with an assignment in scope (substantive contract, employed)
-- A person is placed, with all their FTE, by one assignment, so that rows of any split add up to the total: the
-- primary one if it is in scope, else the one with most FTE, then the lowest assignment number. Of several
-- primaries: most FTE, then the lowest number (our choice, docs/methodology).
with in_scope as (
    select *
    from marts.assignment_month
    where is_substantive and is_employed
),

ranked as (
    select
        *,
        row_number() over (
            partition by organisation_code, period, person_key
            order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
        ) as placing_rank
    from in_scope
),

placed as (
    select *
    from ranked
    where placing_rank = 1
),

totals as (
    select
        organisation_code,
        period,
        person_key,
        bool_or(is_active) as is_active,
        sum(fte)::decimal(18, 4) as fte,
        coalesce(sum(fte) filter (where is_active), 0)::decimal(18, 4) as fte_active,
        count(*)::bigint as assignments
    from in_scope
    group by organisation_code, period, person_key
)

select
    totals.organisation_code,
    totals.period,
    totals.person_key,
    totals.is_active,
    totals.fte,
    totals.fte_active,
    placed.staff_group,
    placed.staff_group_code,
    placed.job_role_code,
    placed.profession,
    placed.directorate,
    placed.service,
    placed.team,
    placed.pay_band,
    placed.age_band,
    placed.occupation_code,
    placed.position_number,
    placed.assignment_key,
    placed.is_trainee,
    totals.assignments
from totals
join placed using (organisation_code, period, person_key)
order by totals.organisation_code, totals.period, totals.person_key
