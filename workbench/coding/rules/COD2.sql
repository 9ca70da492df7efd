-- grain: one row per employed assignment whose occupation code is retired
-- parameters: $asked. The manual gives no dates of retirement: a code is retired as of the list that
-- is loaded.
select
    held.organisation_code,
    held.period,
    held.assignment_key as subject_key,
    'E' as severity,
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
    'code_list' as other_source,
    version.version as other_value,
    'Retired; counted under ' || held.coded_group || '.'
    || coalesce(' Occupation Code Manual, version ' || version.version || '.', '') as detail
from marts.coding_record as held
left join reference.list_version as version on version.list = 'occupation_code'
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and not held.code_is_valid
order by held.organisation_code, held.period, held.assignment_key
