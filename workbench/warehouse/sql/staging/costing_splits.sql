-- grain: one row per organisation, assignment, cost centre and effective date
select
    landed.organisation_code,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    landed.cost_centre,
    landed.percent,
    landed.effective_from,
    landed.effective_to,
    landed.source_file
from landed.costing_splits as landed
order by
    landed.organisation_code,
    landed.person_key,
    landed.assignment_order,
    landed.assignment_key,
    landed.cost_centre,
    landed.effective_from
