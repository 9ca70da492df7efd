-- grain: one row per person, assignment and category with rostered sessions between two dates
-- parameters: $organisation, $first, $last. A session belongs to the day it starts. The same session on two rosters
-- (person, assignment, date and category alike) counts once, and the one with both values goes first; repeated: how
-- many were left out. A row without a planned or a delivered value is on neither side; incomplete: how many. explained:
-- sessions that differ and have a cause and an action.
with numbered as (
    select
        person_key,
        assignment_key,
        category,
        planned_sessions,
        delivered_sessions,
        planned_sessions is not null and delivered_sessions is not null as is_complete,
        coalesce(trim(cause), '') <> '' and coalesce(trim(action), '') <> '' as has_cause_and_action,
        row_number() over (
            partition by person_key, assignment_key, session_date, category
            order by
                planned_sessions is null or delivered_sessions is null,
                planned_sessions desc nulls last,
                delivered_sessions desc nulls last,
                unit
        ) as occurrence
    from staging.roster_sessions
    where
        organisation_code = $organisation
        and session_date between $first and $last
),

sessions as (
    select
        *,
        occurrence = 1 and is_complete as counts
    from numbered
)

select
    person_key,
    assignment_key,
    category,
    coalesce(sum(planned_sessions) filter (where counts), 0)::double as planned,
    coalesce(sum(delivered_sessions) filter (where counts), 0)::double as delivered,
    count(*) filter (where counts) as sessions,
    count(*) filter (where occurrence > 1) as repeated,
    count(*) filter (where occurrence = 1 and not is_complete) as incomplete,
    count(*) filter (where counts and planned_sessions <> delivered_sessions) as differing,
    count(*) filter (where counts and planned_sessions <> delivered_sessions and has_cause_and_action) as explained
from sessions
group by all
order by all
