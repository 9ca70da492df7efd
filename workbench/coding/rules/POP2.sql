-- grain: one row per employed assignment with a qualified AHP code and neither an AHP role nor an AHP registration
-- parameters: $asked. Managers, technicians, instructors and tutors are often no registered AHPs:
-- there it informs. Any role of staff group 04 is an AHP role, named or not; a lapsed registration is still one and is
-- judged elsewhere.
select
    held.organisation_code,
    held.period,
    held.assignment_key as subject_key,
    case when held.occupation_code[1:2] in ('S0', 'S4', 'S6', 'S7', 'A0') then 'I' else 'R' end as severity,
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
    'Title: ' || coalesce(held.position_title, 'not filled in') || '; band: ' || held.pay_band || '.' as detail
from marts.coding_record as held
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and held.coded_group in ('Allied health professionals', 'Ambulance staff')
    and held.job_role_profession is null
    and coalesce(held.job_role_code not like '04%', true)
    and held.registration_profession is null
order by held.organisation_code, held.period, held.assignment_key
