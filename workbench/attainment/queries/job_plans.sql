-- grain: one row per plan_id of the organisation's job-plan register
-- parameters: $organisation. Every plan, whatever its state: what was known on an as-of date is decided from its dates.
select
    job_plans.plan_id,
    job_plans.person_key,
    job_plans.assignment_key,
    job_plans.team,
    job_plans.professional_group,
    job_plans.system,
    job_plans.status,
    job_plans.start_date,
    job_plans.end_date,
    job_plans.review_date,
    job_plans.employee_signoff_date,
    job_plans.manager_signoff_date,
    job_plans.approval_date
from staging.job_plans as job_plans
where job_plans.organisation_code = $organisation
order by job_plans.plan_id
