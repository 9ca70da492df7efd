-- grain: one row per AHP position that is new, or per field of it that changed since the month before
-- A field changed when no holder's value now was held by any holder before: someone leaving changes no position.
with months as (
    select max(period) as earlier
    from marts.assignment_month
    where organisation_code = $organisation and period < $period
),

records as (
    select
        record.*,
        coalesce(record.vote_status not in ('none', 'weak') or record.staff_group_code = '04', false) as is_ahp
    from marts.coding_record as record
    where record.organisation_code = $organisation and record.position_number is not null
),

now as (
    select
        position_number,
        min(position_title) as position_title,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        min(cost_centre) as cost_centre,
        min(evidenced_profession) as profession,
        sum(fte) as fte,
        max(holders) as holders,
        min(occupation_code) as occupation_code,
        min(occupation_code_name) as occupation_code_name
    from records
    where period = $period
    group by position_number
    having bool_or(is_ahp)
),

known_before as (
    select distinct position_number
    from records
    where period < $period
),

fields as (
    select
        period,
        position_number,
        unnest([
            {'field': 'position_title', 'value': position_title},
            {'field': 'occupation_code', 'value': occupation_code},
            {'field': 'job_role', 'value': coalesce(job_role_code, job_role)},
            {'field': 'area_of_work', 'value': area_of_work},
            {'field': 'pay_band', 'value': pay_band},
            {'field': 'team', 'value': team},
            {'field': 'cost_centre', 'value': cost_centre}
        ], recursive := true)
    from records
    where
        position_number in (select position_number from now)
        and (period = $period or period = (select earlier from months))
),

values_held as (
    select
        period,
        position_number,
        field,
        list(distinct coalesce(value, '')) as held,
        string_agg(distinct coalesce(value, 'blank'), ', ' order by coalesce(value, 'blank')) as shown
    from fields
    group by all
),

changes as (
    select later.position_number, later.field, later.shown as new_value, earlier.shown as old_value
    from values_held as later
    inner join values_held as earlier using (position_number, field)
    where
        later.period = $period
        and earlier.period < $period
        and not list_has_any(later.held, earlier.held)
),

found as (
    select now.*, changes.field, changes.new_value, changes.old_value, 'Changed since the month before.' as detail
    from now
    inner join changes using (position_number)
    union all
    select now.*, 'position_number', occupation_code, null, 'New: held by nobody in the months loaded before.'
    from now
    inner join months on months.earlier is not null
    where position_number not in (select position_number from known_before)
)

select
    position_number as subject_key,
    'I' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    profession,
    fte::double as fte,
    holders::bigint as holders,
    field,
    new_value as current_code,
    case when field in ('position_number', 'occupation_code') then occupation_code_name end as current_name,
    'the month before' as other_source,
    old_value as other_value,
    detail
from found
order by position_number, field
