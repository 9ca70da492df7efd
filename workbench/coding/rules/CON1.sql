-- grain: one row per employed assignment whose occupation code and job role name different professions or branches
-- parameters: $asked. Fields are free of each other in ESR, so this is a review, never an error.
with -- Code, registration and student role do not tell the three arts therapies apart: they share with each of them.
arts as (
    select label
    from reference.profession
    where is_arts_therapy
)

select
    held.organisation_code,
    held.period,
    held.assignment_key as subject_key,
    'R' as severity,
    held.person_key,
    held.assignment_key,
    held.position_number,
    held.position_title,
    held.directorate,
    held.service,
    held.team,
    held.cost_centre,
    held.evidenced_profession as profession,
    held.fte::double as fte,
    held.holders,
    'occupation_code' as field,
    held.occupation_code as current_code,
    held.occupation_code_name as current_name,
    'job_role' as other_source,
    held.job_role as other_value,
    case
        when not held.radiography_branch_agrees then 'Code and job role name different branches of radiography.'
        else 'Code: ' || held.coded_profession || '; job role: ' || held.job_role_profession || '.'
    end || ' Votes: ' || held.vote_status || '.' as detail
from marts.coding_record as held
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and (
        not coalesce(held.radiography_branch_agrees, true)
        or not (
            held.coded_profession = held.job_role_profession
            or (held.coded_profession = 'Arts therapist, type not stated' and held.job_role_profession in (from arts))
            or (held.job_role_profession = 'Arts therapist, type not stated' and held.coded_profession in (from arts))
        )
    )
order by held.organisation_code, held.period, held.assignment_key
