-- grain: one row per organisation and month whose in-scope people or FTE differ between assignments and people
with by_assignment as (
    select
        organisation_code,
        period,
        count(distinct person_key) as people,
        sum(fte) as fte,
        coalesce(sum(fte) filter (where is_active), 0) as fte_active
    from marts.assignment_month
    where is_substantive and is_employed
    group by organisation_code, period
),

by_person as (
    select
        organisation_code,
        period,
        count(*) as people,
        sum(fte) as fte,
        sum(fte_active) as fte_active
    from marts.person_month
    group by organisation_code, period
)

select
    organisation_code,
    period
from by_assignment
full join by_person using (organisation_code, period)
where
    by_assignment.people is distinct from by_person.people
    or by_assignment.fte is distinct from by_person.fte
    or by_assignment.fte_active is distinct from by_person.fte_active
order by organisation_code, period
