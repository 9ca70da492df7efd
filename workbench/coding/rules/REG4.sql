-- grain: one row per active assignment with a support or student code whose holder has an AHP registration in date
-- parameters: $asked, $registration_fresh_days. A registration that is not verified says nothing.
with registered as (
    select
        organisation_code,
        period,
        person_key,
        string_agg(distinct profession, ' | ' order by profession) as professions,
        max(expiry_date) as expiry_date
    from marts.ahp_registration
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and checked_date >= period - $registration_fresh_days::integer
        and coalesce(is_in_date, true)
        and coalesce(status_code <> '02', true)
    group by organisation_code, period, person_key
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
    'registration' as other_source,
    registered.professions as other_value,
    'Coded ' || lower(held.occupation_level) || '; registered as ' || replace(registered.professions, ' | ', ' and ')
    || coalesce(', in date until ' || strftime(registered.expiry_date, '%d/%m/%Y'), '') || '.' as detail
from marts.coding_record as held
inner join registered using (organisation_code, period, person_key)
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and held.is_active
    and held.code_main_group = 'Support to clinical staff'
order by held.organisation_code, held.period, held.assignment_key
