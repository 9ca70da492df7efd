-- grain: one row per plan_id and activity_id of the organisation's job plans
-- parameters: $organisation, $weeks. weekly_sessions: as given, else the annual ones over $weeks weeks; weekly given
-- wins over annual given (our choice).
select
    plan_id,
    activity_id,
    category,
    activity,
    coalesce(sessions_per_week, annual_sessions / $weeks)::double as weekly_sessions,
    hours_per_session::double as hours_per_session,
    output_metric,
    output_value::double as output_value,
    tariff_item
from staging.job_plan_activities
where organisation_code = $organisation
order by plan_id, activity_id
