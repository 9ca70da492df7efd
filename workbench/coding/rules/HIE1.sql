-- grain: one row per employed assignment without a supervisor
-- parameters: $asked. Exempt are the posts at the top, known by their title: chief executive, managing
-- director, chair and non-executive directors (not their deputies or assistants).
with unled as (
    select
        *,
        trim(regexp_replace(lower(coalesce(position_title, '')), '[^a-z]+', ' ', 'g')) as title
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and supervisor_person_key is null
)

select
    organisation_code,
    period,
    assignment_key as subject_key,
    'E' as severity,
    person_key,
    assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    evidenced_profession as profession,
    fte::double as fte,
    holders,
    'supervisor' as field,
    null::varchar as current_code,
    null::varchar as current_name,
    null::varchar as other_source,
    null::varchar as other_value,
    'No supervisor is recorded. Placed in ' || concat_ws(' > ', directorate, service, team) || '.' as detail
from unled
where not regexp_full_match(
    title,
    '((interim|acting|joint|group|trust) )*(chief executive( officer)?|managing director|chair(man|woman|person)?|non executive director)'
)
order by organisation_code, period, assignment_key
