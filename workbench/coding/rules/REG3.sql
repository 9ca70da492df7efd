-- grain: one row per registered AHP none of whose registrations has been checked lately: not verified
-- parameters: $asked, $registration_fresh_days. Neither registered nor lapsed can be said of them.
-- The register of osteopaths is not part of the automatic checks and is left to REG5.
with asked as (
    select unnest($asked, recursive := true)
),

posts as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from asked)
        and is_active
        and (coded_profession is not null or job_role_profession is not null or staff_group_code = '04')
        and coalesce(evidenced_level, 'qualified') = 'qualified'
    qualify row_number() over (partition by organisation_code, period, person_key order by place_of_person) = 1
),

last_checks as (
    select
        organisation_code,
        period,
        person_key,
        list_aggregate(list_sort(list(distinct profession)), 'string_agg', ' | ') as professions,
        max(checked_date) as checked_date
    from marts.ahp_registration
    where (organisation_code, period) in (from asked)
    group by organisation_code, period, person_key
    having bool_and(registration_type_code is not null)
)

select
    posts.organisation_code,
    posts.period,
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
    || date_diff('day', last_checks.checked_date, posts.period) || ' days before the month end.' as detail
from posts
inner join last_checks using (organisation_code, period, person_key)
where last_checks.checked_date < posts.period - $registration_fresh_days::integer
order by posts.organisation_code, posts.period, posts.person_key
