-- grain: one row per unit, cost centre, staff group and band of the roster templates in force on a date
-- parameters: $organisation, $as_at. The newest template of a unit and staff group by the date, with all its bands.
with templates as (
    select
        *,
        max(effective_from) over (partition by unit, cost_centre, staff_group) as newest
    from staging.roster_templates
    where organisation_code = $organisation and effective_from <= $as_at
)

select
    unit,
    cost_centre,
    coalesce(staff_group_code, staff_group, 'unknown') as group_code,
    coalesce(staff_group, 'unknown') as staff_group,
    coalesce(pay_band, 'unknown') as pay_band,
    effective_from,
    hours_per_week::double as hours_per_week,
    headroom::double as headroom,
    headroom_convention
from templates
where effective_from = newest
order by all
