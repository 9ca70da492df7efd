-- grain: one row per leaving record: person, assignment (where given) and leaving date
-- A record that only ended because it was a duplicate, or because nobody ever worked on it, is an artefact.
select
    person_key,
    assignment_key,
    leaving_date,
    coalesce(leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked'), false) as is_artefact
from staging.leavers
where organisation_code = $organisation
order by person_key, leaving_date, assignment_key
