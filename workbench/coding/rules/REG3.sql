-- grain: one row per registered AHP none of whose registrations has been checked lately: not verified
-- parameters: $organisation, $period, $registration_fresh_days. Neither registered nor lapsed can be said of them.
-- The register of osteopaths is not part of the automatic checks and is left to REG5.
with posts as (
    select *
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
        and is_active
        and (coded_profession is not null or job_role_profession is not null or staff_group_code = '04')
        and coalesce(evidenced_level, 'qualified') = 'qualified'
    qualify row_number() over (
        partition by person_key
        order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
    ) = 1
),

last_checks as (
    select
        person_key,
        string_agg(distinct profession, ' | ' order by profession) as professions,
        max(checked_date) as checked_date
    from marts.ahp_registration
    where organisation_code = $organisation
        and period = $period
    group by person_key
    having bool_and(registration_type_code is not null)
)

select
    posts.person_key as subject_key,
    'I' as severity,
    posts.person_key,
    posts.assignment_key,
    posts.position_number,
    posts.position_title,
    posts.directorate,
    posts.service,
    posts.team,
    posts.cost_centre,
    posts.evidenced_profession as profession,
    posts.fte::double as fte,
    posts.holders,
    'registration' as field,
    posts.occupation_code as current_code,
    posts.occupation_code_name as current_name,
    'last check' as other_source,
    last_checks.professions || ', ' || strftime(last_checks.checked_date, '%d/%m/%Y') as other_value,
    'Not verified: last checked on ' || strftime(last_checks.checked_date, '%d/%m/%Y') || ', '
    || date_diff('day', last_checks.checked_date, $period::date) || ' days before the month end.' as detail
from posts
inner join last_checks on last_checks.person_key = posts.person_key
where last_checks.checked_date < $period::date - $registration_fresh_days::integer
order by posts.person_key
