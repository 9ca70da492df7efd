-- grain: one row per employed assignment whose S or A code and job role differ in consultant or manager level
-- parameters: $asked. A blank job role is left to the rule on blank fields. Operating department
-- practitioner and osteopath have no consultant or manager role, so a valid code of either level is right.
with levels as (
    select
        *,
        occupation_code[1:2] in ('SA', 'A4') as code_consultant,
        occupation_code[1:2] in ('S0', 'A0') as code_manager,
        job_role_code like '04%' and job_role like '%Consultant' as role_consultant,
        job_role like '%Manager' as role_manager,
        job_role_code in ('05013', '05019') as role_has_no_variants
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and occupation_code[1] in ('S', 'A')
        and code_main_group is not null
        and job_role_code is not null
),

compared as (
    select
        *,
        case
            when role_consultant and not code_consultant then 'Consultant job role, code of another level.'
            when job_role_code like '04%' and role_manager and not code_manager
                then 'Manager job role, code of another level.'
            when role_has_no_variants and code_is_valid then null
            when coded_profession is not null and code_consultant and not role_consultant
                then 'Consultant code, job role of another level.'
            when (coded_profession is not null or occupation_code[1] = 'A') and code_manager and not role_manager
                then 'Manager code, job role of another level.'
        end as found
    from levels
)

select
    compared.organisation_code,
    compared.period,
    compared.assignment_key as subject_key,
    'R' as severity,
    compared.person_key,
    compared.assignment_key,
    compared.position_number,
    compared.position_title,
    compared.directorate,
    compared.service,
    compared.team,
    compared.cost_centre,
    compared.evidenced_profession as profession,
    compared.fte::double as fte,
    compared.holders,
    'occupation_code' as field,
    compared.occupation_code as current_code,
    compared.occupation_code_name as current_name,
    'job_role' as other_source,
    compared.job_role as other_value,
    compared.found || ' Band: ' || compared.pay_band || '.' as detail
from compared
where compared.found is not null
order by compared.organisation_code, compared.period, compared.assignment_key
