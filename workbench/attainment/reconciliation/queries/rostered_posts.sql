-- grain: one row per person, assignment and unit with rostered sessions between two dates
-- parameters: $organisation, $first, $last. sessions_elsewhere: sessions that stand on another unit's roster as well
-- (the same person, date and category).
with sessions as (
    select distinct person_key, assignment_key, coalesce(trim(unit), 'unknown') as unit, session_date, category
    from staging.roster_sessions
    where organisation_code = $organisation and session_date between $first and $last
),

placed as (
    select
        *,
        count(*) over (partition by person_key, assignment_key, session_date, category) as rosters
    from sessions
)

select
    person_key,
    assignment_key,
    unit,
    min(session_date) as first_session,
    max(session_date) as last_session,
    count(*) as sessions,
    count(*) filter (where rosters > 1) as sessions_elsewhere
from placed
group by all
order by all
