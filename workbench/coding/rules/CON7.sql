-- grain: one row per employed assignment that is a student's by staff group or by code, and not by both
-- parameters: $asked. AHP students only; student paramedics have no valid code of their own, and a
-- trainee role in another staff group may bear a student code.
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
    'staff_group' as other_source,
    held.staff_group as other_value,
    case held.staff_group_code when '02' then 'Student without a student code.' else 'Student code on another role.' end
    || ' Role: ' || coalesce(held.job_role, 'not filled in') || '. Contract ends: '
    || coalesce(strftime(held.contract_end_date, '%d/%m/%Y'), 'no date') || '.' as detail
from marts.coding_record as held
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and case
        when held.staff_group_code = '02' then
            coalesce(held.job_role_profession, held.coded_profession) is not null
            and held.job_role_code is distinct from '02025'
            and held.occupation_code not like '_8_'
        else
            held.occupation_code like 'S8_'
            and held.coded_profession is not null
            and coalesce(held.job_role not ilike 'Trainee%' and held.job_role not ilike 'Student%', true)
    end
order by held.organisation_code, held.period, held.assignment_key
