-- grain: one row per person and category with rostered sessions between two dates
-- parameters: $organisation, $first, $last. A session belongs to the day it starts; the same session on two rosters
-- (person, assignment, date and category alike) counts once. Cause and action: whether each session that differs has
-- them. A row without a planned or a delivered value is on neither side.
with sessions as (
    select
        person_key,
        category,
        planned_sessions,
        delivered_sessions,
        coalesce(trim(cause), '') <> '' and coalesce(trim(action), '') <> '' as has_cause_and_action,
        row_number() over (
            partition by person_key, assignment_key, session_date, category
            order by planned_sessions desc nulls last, delivered_sessions desc nulls last, unit
        ) as occurrence
    from staging.roster_sessions
    where
        organisation_code = $organisation
        and session_date between $first and $last
)

select
    person_key,
    category,
    sum(planned_sessions)::double as planned,
    sum(delivered_sessions)::double as delivered,
    count(*) filter (where planned_sessions <> delivered_sessions) as differing,
    count(*) filter (where planned_sessions <> delivered_sessions and has_cause_and_action) as explained
from sessions
where
    occurrence = 1
    and planned_sessions is not null
    and delivered_sessions is not null
group by all
order by all
