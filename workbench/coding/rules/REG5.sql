-- grain: one row per practising osteopath whose registration has not been checked within the local interval
-- parameters: $organisation, $period, $gosc_check_interval_days (a check exactly that old still counts). Also here when
-- the registration seen at the last check has run out since. Without any registration it is REG1.
with osteopaths as (
    select *
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
        and is_active
        and 'Osteopath' in (
            coalesce(job_role_profession, ''), coalesce(coded_profession, ''), coalesce(evidenced_profession, '')
        )
        and coalesce(evidenced_level, 'qualified') = 'qualified'
    qualify row_number() over (
        partition by person_key
        order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
    ) = 1
),

last_checks as (
    select person_key, max(checked_date) as checked_date, max(expiry_date) as expiry_date
    from marts.ahp_registration
    where organisation_code = $organisation
        and period = $period
        and profession = 'Osteopath'
    group by person_key
)

select
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
    || date_diff('day', last_checks.checked_date, $period::date) || ' days before the month end.'
    || case
        when last_checks.expiry_date < $period::date
            then ' The registration seen then ran out on ' || strftime(last_checks.expiry_date, '%d/%m/%Y') || '.'
        else ''
    end as detail
from osteopaths
inner join last_checks on last_checks.person_key = osteopaths.person_key
where last_checks.checked_date < $period::date - $gosc_check_interval_days::integer
    or (last_checks.checked_date <= last_checks.expiry_date and last_checks.expiry_date < $period::date)
order by osteopaths.person_key
