-- grain: one row per assignment and cost centre that payroll charges at a month end
-- parameters: $organisation, $period
select assignment_key, cost_centre, sum(percent)::double as percent
from staging.costing_splits
where
    organisation_code = $organisation
    and effective_from <= $period
    and coalesce(effective_to >= $period, true)
group by all
order by all
