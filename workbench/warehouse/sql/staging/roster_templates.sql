-- grain: one row per organisation, unit, cost centre, staff group, pay band and effective date
-- Words read as the code lists say; one that its list does not know stays as it was received.
with staff_groups as (
    select received, code, label
    from control.code_map
    where extract = 'roster_templates' and column_name = 'staff_group'
),

headroom_conventions as (
    select received, label
    from control.code_map
    where extract = 'roster_templates' and column_name = 'headroom_convention'
)

select
    landed.organisation_code,
    landed.unit,
    landed.cost_centre,
    staff_groups.label as staff_group,
    staff_groups.code as staff_group_code,
    landed.pay_band,
    landed.effective_from,
    landed.hours_per_week,
    landed.headroom,
    headroom_conventions.label as headroom_convention,
    landed.source_file
from landed.roster_templates as landed
left join staff_groups on staff_groups.received = landed.staff_group
left join headroom_conventions on headroom_conventions.received = landed.headroom_convention
order by
    landed.organisation_code,
    landed.unit,
    landed.cost_centre,
    landed.staff_group,
    landed.pay_band,
    landed.effective_from
