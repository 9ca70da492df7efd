-- grain: one row per organisation and job plan
-- Words read as the code lists say; one that its list does not know stays as it was received.
with professional_groups as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'professional_group'
),

systems as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'system'
),

statuses as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'status'
),

annualised_words as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'annualised'
),

mediation_statuses as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'mediation_status'
),

appeal_statuses as (
    select received, label
    from control.code_map
    where extract = 'job_plans' and column_name = 'appeal_status'
)

select
    landed.organisation_code,
    landed.plan_id,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    landed.team,
    professional_groups.label as professional_group,
    systems.label as system,
    statuses.label as status,
    landed.start_date,
    landed.end_date,
    landed.review_date,
    landed.employee_signoff_date,
    landed.manager_signoff_date,
    landed.approval_date,
    landed.team_meeting_date,
    landed.objectives,
    landed.team_linked_objectives,
    annualised_words.label as annualised,
    landed.contractual,
    mediation_statuses.label as mediation_status,
    appeal_statuses.label as appeal_status,
    landed.source_file
from landed.job_plans as landed
left join professional_groups on professional_groups.received = landed.professional_group
left join systems on systems.received = landed.system
left join statuses on statuses.received = landed.status
left join annualised_words on annualised_words.received = landed.annualised
left join mediation_statuses on mediation_statuses.received = landed.mediation_status
left join appeal_statuses on appeal_statuses.received = landed.appeal_status
order by
    landed.organisation_code,
    landed.plan_id
