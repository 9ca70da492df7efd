-- grain: one row per period and AHP-relevant assignment_key, employed
-- parameters: $organisation, $first, $last (month ends, both included). Relevant is an assignment that is evidenced
-- an AHP's, stands in staff group 04, or bears an AHP occupation code. A field that holds any text counts as filled;
-- whether our lists know the text is told apart in the columns *_known.
with unknown_areas as (
    select distinct code_map.received as area_of_work
    from control.code_map as code_map
    where code_map.extract = 'staff_in_post'
        and code_map.column_name = 'area_of_work'
        and code_map.status = 'unknown'
)

select
    assignment_month.period as month,
    assignment_month.organisation_code as organisation,
    assignment_month.person_key,
    assignment_month.assignment_key,
    assignment_month.is_substantive,
    assignment_month.directorate,
    assignment_month.service,
    assignment_month.team,
    assignment_month.staff_group,
    coalesce(evidence.evidenced_profession, evidence.coded_profession, 'unknown') as profession,
    assignment_month.pay_band,
    coalesce(trim(assignment_month.occupation_code), '') <> '' as occupation_code,
    coalesce(trim(assignment_month.job_role), '') <> '' as job_role,
    coalesce(trim(assignment_month.area_of_work), '') <> '' as area_of_work,
    coalesce(trim(assignment_month.occupation_code), '') <> ''
    and evidence.coded_group not in ('blank', 'not valid', 'not checked') as occupation_code_known,
    assignment_month.job_role_code is not null as job_role_known,
    assignment_month.area_of_work is not null
    and assignment_month.area_of_work not in (
        select unknown_areas.area_of_work from unknown_areas
    ) as area_of_work_known
from marts.assignment_month as assignment_month
inner join marts.profession_evidence as evidence
    on evidence.organisation_code = assignment_month.organisation_code
    and evidence.period = assignment_month.period
    and evidence.assignment_key = assignment_month.assignment_key
where assignment_month.organisation_code = $organisation
    and assignment_month.period between $first and $last
    and assignment_month.is_employed
    and (
        evidence.staff_group_says_ahp
        or evidence.coded_profession is not null
        or coalesce(evidence.evidenced_profession, $not_evidenced) <> $not_evidenced
    )
order by assignment_month.period, assignment_month.person_key, assignment_month.assignment_key
