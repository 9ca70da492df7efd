-- grain: one row per employed assignment whose occupation code is of another kind than its staff group
-- parameters: $asked. Levels 4, 6 and 7 count as qualified in the manual while technicians and
-- instructors stand in staff group 07: that is information, not a contradiction.
with compared as (
    select
        *,
        case
            when staff_group_code = '04' and code_main_group = 'Support to clinical staff' then 'R'
            when staff_group_code = '08' and coded_profession is not null then 'R'
            when staff_group_code <> '07' then null
            when coded_group = 'Allied health professionals' and occupation_code[2] in ('0', '1', 'A') then 'R'
            when coded_group = 'Allied health professionals' and occupation_code[2] in ('4', '6', '7') then 'I'
            when occupation_code like 'A__' and occupation_code[2] in ('0', '4', '5', '6', 'B') then 'R'
        end as found
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
)

select
    compared.organisation_code,
    compared.period,
    compared.assignment_key as subject_key,
    compared.found as severity,
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
    'staff_group' as other_source,
    compared.staff_group as other_value,
    'Level of the code: ' || compared.occupation_level || ' (' || compared.coded_group || '); staff group: '
    || compared.staff_group || '.' as detail
from compared
where compared.found is not null
order by compared.organisation_code, compared.period, compared.assignment_key
