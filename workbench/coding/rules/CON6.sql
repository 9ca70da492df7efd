-- grain: one row per employed assignment with a paramedic role and no A code, or a paramedic code and another named
-- role
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
    'Area of work: ' || coalesce(held.area_of_work, 'not filled in') || '.' as detail
from marts.coding_record as held
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and case
        when held.job_role_code between '04037' and '04040' then held.occupation_code not like 'A%'
        when held.occupation_code[1:2] in ('AB', 'A4', 'A5') then held.job_role_profession <> 'Paramedic'
        else false
    end
order by held.organisation_code, held.period, held.assignment_key
