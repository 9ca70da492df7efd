-- grain: one row per organisation, job plan and activity
-- Words read as the code lists say; one that its list does not know stays as it was received.
with categories as (
    select received, label
    from control.code_map
    where extract = 'job_plan_activities' and column_name = 'category'
)

select
    landed.organisation_code,
    landed.plan_id,
    landed.activity_id,
    categories.label as category,
    landed.activity,
    landed.location,
    landed.sessions_per_week,
    landed.annual_sessions,
    landed.hours_per_session,
    landed.output_metric,
    landed.output_value,
    landed.tariff_item,
    landed.source_file
from landed.job_plan_activities as landed
left join categories on categories.received = landed.category
order by
    landed.organisation_code,
    landed.plan_id,
    landed.activity_id
