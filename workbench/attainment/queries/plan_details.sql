-- grain: one row per plan_id of the organisation's job-plan register, with what its clauses ask about
-- parameters: $organisation
select
    plan_id,
    team_meeting_date,
    objectives,
    team_linked_objectives,
    annualised,
    lower(trim(mediation_status)) as mediation_status,
    lower(trim(appeal_status)) as appeal_status
from staging.job_plans
where organisation_code = $organisation
order by plan_id
