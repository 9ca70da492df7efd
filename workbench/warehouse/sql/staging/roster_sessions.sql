-- grain: one row per organisation, assignment, session date and category
-- Words read as the code lists say; one that its list does not know stays as it was received.
with categories as (
    select received, label
    from control.code_map
    where extract = 'roster_sessions' and column_name = 'category'
),

variance_reasons as (
    select received, label
    from control.code_map
    where extract = 'roster_sessions' and column_name = 'variance_reason'
)

select
    landed.organisation_code,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    landed.unit,
    landed.session_date,
    categories.label as category,
    landed.planned_sessions,
    landed.delivered_sessions,
    landed.planned_hours,
    landed.delivered_hours,
    variance_reasons.label as variance_reason,
    landed.cause,
    landed.action,
    landed.source_file
from landed.roster_sessions as landed
left join categories on categories.received = landed.category
left join variance_reasons on variance_reasons.received = landed.variance_reason
order by
    landed.organisation_code,
    landed.person_key,
    landed.assignment_order,
    landed.assignment_key,
    landed.session_date,
    landed.category
