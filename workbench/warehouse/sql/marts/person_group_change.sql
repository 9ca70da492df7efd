-- grain: one row per organisation, month end, person and dimension that differs from when the person was last listed
-- Recode: the placing assignment is the same and marts.coding_change says that only its coding changed; or its
-- profession is another because the evidence for it changed and nothing about the job. Movement: everything else, also
-- a difference found after the person was away (our choices, docs/adr/0006-spells.md).
with months as (
    select
        organisation_code,
        period,
        lag(period) over (partition by organisation_code order by period) as previous_period
    from marts.organisation_month
),

beside as (
    select
        organisation_code,
        person_key,
        first_month,
        assignment_key,
        lag(last_month) over history as previous_period,
        lag(assignment_key) over history as previous_assignment_key,
        staff_group,
        profession,
        directorate,
        service,
        team,
        pay_band,
        lag(staff_group) over history as staff_group_before,
        lag(profession) over history as profession_before,
        lag(directorate) over history as directorate_before,
        lag(service) over history as service_before,
        lag(team) over history as team_before,
        lag(pay_band) over history as pay_band_before
    from marts.person_spell
    window history as (partition by organisation_code, person_key order by first_month)
),

judged as (
    select
        beside.*,
        change.kind,
        beside.assignment_key = beside.previous_assignment_key
        and beside.previous_period = months.previous_period as is_same_assignment
    from beside
    inner join months
        on months.organisation_code = beside.organisation_code and months.period = beside.first_month
    left join marts.coding_change as change
        on change.organisation_code = beside.organisation_code
        and change.period = beside.first_month
        and change.previous_period = beside.previous_period
        and change.assignment_key = beside.assignment_key
        and change.assignment_key = beside.previous_assignment_key
    where beside.previous_period is not null
)

select
    organisation_code,
    first_month as period,
    previous_period,
    person_key,
    changed.dimension,
    changed.before,
    changed.after,
    case
        when kind is not null then kind
        when changed.dimension = 'profession' and is_same_assignment then 'recode'
        else 'movement'
    end as kind
from judged
cross join unnest([
    {'dimension': 'directorate', 'before': directorate_before, 'after': directorate},
    {'dimension': 'pay_band', 'before': pay_band_before, 'after': pay_band},
    {'dimension': 'profession', 'before': profession_before, 'after': profession},
    {'dimension': 'service', 'before': service_before, 'after': service},
    {'dimension': 'staff_group', 'before': staff_group_before, 'after': staff_group},
    {'dimension': 'team', 'before': team_before, 'after': team}
]) as each_dimension (changed)
where changed.before is distinct from changed.after
order by organisation_code, period, person_key, changed.dimension
