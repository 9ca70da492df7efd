-- grain: one row per organisation, month end, cost centre, subjective code, staff group, pay band and function
-- Words read as the code lists say; one that its list does not know stays as it was received.
with staff_groups as (
    select received, code, label
    from control.code_map
    where extract = 'ledger' and column_name = 'staff_group'
),

functions as (
    select received, label
    from control.code_map
    where extract = 'ledger' and column_name = 'function'
)

select
    landed.organisation_code,
    landed.period,
    landed.cost_centre,
    landed.cost_centre_name,
    landed.subjective_code,
    staff_groups.label as staff_group,
    staff_groups.code as staff_group_code,
    landed.pay_band,
    landed.budget_wte,
    landed.contracted_wte,
    landed.worked_wte,
    landed.budget_amount,
    landed.actual_amount,
    functions.label as function,
    landed.source_file
from landed.ledger as landed
left join staff_groups on staff_groups.received = landed.staff_group
left join functions on functions.received = landed.function
order by
    landed.organisation_code,
    landed.period,
    landed.cost_centre,
    landed.subjective_code,
    landed.staff_group,
    landed.pay_band,
    landed.function
