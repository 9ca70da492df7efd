-- grain: one row per assignment_key employed at a month end
-- parameters: $organisation, $period. Those absent, on leave or seconded are in post; is_active tells them apart.
select
    person_key,
    assignment_key,
    position_number,
    cost_centre,
    coalesce(staff_group_code, staff_group, 'unknown') as group_code,
    coalesce(staff_group, 'unknown') as staff_group,
    coalesce(pay_band, 'unknown') as pay_band,
    team,
    fte::double as fte,
    contracted_hours::double as contracted_hours,
    is_active,
    is_substantive
from marts.assignment_month
where organisation_code = $organisation and period = $period and is_employed
order by assignment_key
