-- grain: one row per employed assignment of an operating department practitioner or osteopath with another code
-- parameters: $asked. A blank code is left to the rules on blank and invalid codes.
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
    'Expected a code that ends in ' || case held.job_role_code when '05019' then 'T' else 'V' end
    || ' in the S matrix.' as detail
from marts.coding_record as held
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and held.occupation_code not like
    case held.job_role_code when '05019' then 'S_T' when '05013' then 'S_V' end
order by held.organisation_code, held.period, held.assignment_key
