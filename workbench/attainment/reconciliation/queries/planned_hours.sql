-- grain: one row per plan_id with activities
-- parameters: $organisation. Annual sessions are spread over 52 weeks; weekly given wins over annual given.
select
    plan_id,
    sum(coalesce(sessions_per_week, annual_sessions / 52) * hours_per_session)::double as weekly_hours
from staging.job_plan_activities
where organisation_code = $organisation
group by plan_id
order by plan_id
