-- grain: one row per employed assignment coded K or X, or with a job role of Multi Therapist
-- parameters: $asked. Where no field says which profession it is, the row is information: a true multi
-- therapist stays as coded. Support codes and codes that are not listed are left to other rules.
with hiding as (
    select
        *,
        coalesce(
            occupation_code[1] = 'S'
            and occupation_code[3] in ('K', 'X')
            and code_main_group = 'Professionally qualified clinical staff',
            false
        ) as code_hides,
        coalesce(job_role_code in ('04017', '04018', '04019', '04020'), false) as role_hides
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
)

select
    hiding.organisation_code,
    hiding.period,
    hiding.assignment_key as subject_key,
    case coalesce(hiding.evidenced_profession, 'Not evidenced') when 'Not evidenced' then 'I' else 'R' end as severity,
    hiding.person_key,
    hiding.assignment_key,
    hiding.position_number,
    hiding.position_title,
    hiding.directorate,
    hiding.service,
    hiding.team,
    hiding.cost_centre,
    hiding.evidenced_profession as profession,
    hiding.fte::double as fte,
    hiding.holders,
    case when hiding.code_hides then 'occupation_code' else 'job_role' end as field,
    case when hiding.code_hides then hiding.occupation_code else hiding.job_role_code end as current_code,
    case when hiding.code_hides then hiding.occupation_code_name else hiding.job_role end as current_name,
    case
        when hiding.job_role_profession is not null then 'job_role'
        when hiding.registration_profession is not null then 'registration'
        when hiding.code_hides then 'job_role'
        else 'occupation_code'
    end as other_source,
    case
        when hiding.job_role_profession is not null then hiding.job_role
        when hiding.registration_profession is not null then hiding.registration_profession
        when hiding.code_hides then hiding.job_role
        else hiding.occupation_code
    end as other_value,
    case
        when coalesce(hiding.evidenced_profession, 'Not evidenced') = 'Not evidenced'
            then 'No job role or registration says which profession it is.'
        when hiding.evidenced_profession = 'Disputed' then 'The sources name several professions.'
        else 'The sources say: ' || hiding.evidenced_profession || '.'
    end || ' Counted under ' || coalesce(hiding.coded_group, 'no group') || '.' as detail
from hiding
where hiding.code_hides or hiding.role_hides
order by hiding.organisation_code, hiding.period, hiding.assignment_key
