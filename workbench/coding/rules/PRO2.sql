-- grain: one row per AHP position that is new, or per field of it that changed since the month before
-- parameters: $asked
-- A field changed when no holder's value now was held by any holder before: someone leaving changes no position.
with months as (
    select organisation_code, period, lag(period) over (partition by organisation_code order by period) as earlier
    from (select distinct organisation_code, period from marts.assignment_month)
    qualify (organisation_code, period) in (select unnest($asked, recursive := true))
),

now as (
    select positions.*, months.earlier
    from marts.position_month as positions
    inner join months using (organisation_code, period)
    where positions.is_ahp_evidenced
),

first_held as (
    select organisation_code, position_number, min(period) as first_month
    from marts.position_month
    where organisation_code in (select organisation_code from months)
    group by organisation_code, position_number
),

-- The records of these positions now, and of the month loaded before beside them.
compared as (
    select now.organisation_code, now.period, record.period as held_in, record.* exclude (organisation_code, period)
    from now
    inner join marts.coding_record as record
        on record.organisation_code = now.organisation_code
        and record.position_number = now.position_number
        and record.period in (now.period, now.earlier)
),

fields as (
    select
        organisation_code,
        period,
        held_in,
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
    from compared
),

values_held as (
    select
        organisation_code,
        period,
        held_in,
        position_number,
        field,
        list(distinct coalesce(value, '')) as held,
        string_agg(distinct coalesce(value, 'blank'), ', ' order by coalesce(value, 'blank')) as shown
    from fields
    group by all
),

changes as (
    select
        organisation_code,
        period,
        position_number,
        field,
        later.shown as new_value,
        earlier.shown as old_value
    from values_held as later
    inner join values_held as earlier using (organisation_code, period, position_number, field)
    where later.held_in = later.period
        and earlier.held_in < earlier.period
        and not list_has_any(later.held, earlier.held)
),

found as (
    select now.*, changes.field, changes.new_value, changes.old_value, 'Changed since the month before.' as detail
    from now
    inner join changes using (organisation_code, period, position_number)
    union all
    select now.*, 'position_number', now.occupation_code, null, 'New: held by nobody in the months loaded before.'
    from now
    inner join first_held using (organisation_code, position_number)
    where now.earlier is not null
        and first_held.first_month = now.period
)

select
    organisation_code,
    period,
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
    first_profession as profession,
    fte::double as fte,
    holders::bigint as holders,
    field,
    new_value as current_code,
    case when field in ('position_number', 'occupation_code') then occupation_code_name end as current_name,
    'the month before' as other_source,
    old_value as other_value,
    detail
from found
order by organisation_code, period, position_number, field
