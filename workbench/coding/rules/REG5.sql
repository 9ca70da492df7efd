-- grain: one row per practising osteopath whose registration has not been checked within the local interval
-- parameters: $asked, $gosc_check_interval_days (a check exactly that old still counts). Also here when
-- the registration seen at the last check has run out since. Without any registration it is REG1.
with asked as (
    select unnest($asked, recursive := true)
),

osteopaths as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from asked)
        and is_active
        and 'Osteopath' in (
            coalesce(job_role_profession, ''), coalesce(coded_profession, ''), coalesce(evidenced_profession, '')
        )
        and coalesce(evidenced_level, 'qualified') = 'qualified'
    qualify row_number() over (partition by organisation_code, period, person_key order by place_of_person) = 1
),

last_checks as (
    select
        organisation_code,
        period,
        person_key,
        max(checked_date) as checked_date,
        max(expiry_date) as expiry_date
    from marts.ahp_registration
    where (organisation_code, period) in (from asked)
        and profession = 'Osteopath'
    group by organisation_code, period, person_key
)

select
    osteopaths.organisation_code,
    osteopaths.period,
    osteopaths.person_key as subject_key,
    'R' as severity,
    osteopaths.person_key,
    osteopaths.assignment_key,
    osteopaths.position_number,
    osteopaths.position_title,
    osteopaths.directorate,
    osteopaths.service,
    osteopaths.team,
    osteopaths.cost_centre,
    osteopaths.evidenced_profession as profession,
    osteopaths.fte::double as fte,
    osteopaths.holders,
    'registration' as field,
    osteopaths.occupation_code as current_code,
    osteopaths.occupation_code_name as current_name,
    'General Osteopathic Council' as other_source,
    'checked ' || strftime(last_checks.checked_date, '%d/%m/%Y') as other_value,
    'Last checked on ' || strftime(last_checks.checked_date, '%d/%m/%Y') || ', '
    || date_diff('day', last_checks.checked_date, osteopaths.period) || ' days before the month end.'
    || case
        when last_checks.expiry_date < osteopaths.period
            then ' The registration seen then ran out on ' || strftime(last_checks.expiry_date, '%d/%m/%Y') || '.'
        else ''
    end as detail
from osteopaths
inner join last_checks using (organisation_code, period, person_key)
where last_checks.checked_date < osteopaths.period - $gosc_check_interval_days::integer
    or (last_checks.checked_date <= last_checks.expiry_date and last_checks.expiry_date < osteopaths.period)
order by osteopaths.organisation_code, osteopaths.period, osteopaths.person_key
