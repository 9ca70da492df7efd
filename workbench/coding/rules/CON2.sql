-- grain: one row per employed assignment whose code or job role names none of the professions of its registrations
-- parameters: $asked. A lapse does not change what someone is and is judged by other rules; in a
-- support post a registration describes the person and not the post, so nothing is compared there.
with -- Code, registration and student role do not tell the three arts therapies apart: they share with each of them.
arts as (
    select label
    from reference.profession
    where is_arts_therapy
),

compared as (
    select
        held.organisation_code,
        held.period,
        held.assignment_key,
        list_aggregate(list_sort(list(distinct registered.profession)), 'string_agg', ' and ') as registered_as,
        bool_or(
            registered.profession = held.coded_profession
            or (registered.profession = 'Arts therapist, type not stated' and held.coded_profession in (from arts))
            or (held.coded_profession = 'Arts therapist, type not stated' and registered.profession in (from arts))
        ) as code_shares,
        bool_or(
            registered.profession = held.job_role_profession
            or (registered.profession = 'Arts therapist, type not stated' and held.job_role_profession in (from arts))
            or (held.job_role_profession = 'Arts therapist, type not stated' and registered.profession in (from arts))
        ) as role_shares
    from marts.coding_record as held
    inner join marts.ahp_registration as registered
        on registered.organisation_code = held.organisation_code
        and registered.period = held.period
        and registered.person_key = held.person_key
    where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
        and coalesce(held.code_main_group, '') <> 'Support to clinical staff'
    group by held.organisation_code, held.period, held.assignment_key
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
    case when not compared.code_shares then 'occupation_code' else 'job_role' end as field,
    case when not compared.code_shares then held.occupation_code else held.job_role_code end as current_code,
    case when not compared.code_shares then held.occupation_code_name else held.job_role end as current_name,
    'registration' as other_source,
    compared.registered_as as other_value,
    'Registered as: ' || compared.registered_as || '; code: ' || coalesce(held.coded_profession, 'none')
    || '; job role: ' || coalesce(held.job_role_profession, 'none') || '.' as detail
from marts.coding_record as held
inner join compared using (organisation_code, period, assignment_key)
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and (not compared.code_shares or not compared.role_shares)
order by held.organisation_code, held.period, held.assignment_key
