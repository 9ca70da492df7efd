-- grain: one row per plan_id of the organisation's job-plan register, with what its clauses ask about
-- parameters: $organisation
select
    plan_id,
    person_key,
    system,
    status,
    start_date,
    end_date,
    employee_signoff_date,
    manager_signoff_date,
    approval_date,
    team_meeting_date,
    objectives,
    team_linked_objectives,
    annualised,
    mediation_status,
    appeal_status
from staging.job_plans
where organisation_code = $organisation
order by plan_id
