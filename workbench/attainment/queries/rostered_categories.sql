-- grain: one row per person and category with a planned and a delivered value between two dates
-- parameters: $organisation, $first, $last
select distinct
    person_key,
    category
from staging.roster_sessions
where
    organisation_code = $organisation
    and session_date between $first and $last
    and planned_sessions is not null
    and delivered_sessions is not null
order by person_key, category
