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

-- Not held the month before, nor in any month before that.
new as (
    select now.organisation_code, now.period, now.position_number
    from now
    anti join marts.position_month as positions
        on positions.organisation_code = now.organisation_code
        and positions.period = now.earlier
        and positions.position_number = now.position_number
    where now.earlier is not null
),

first_held as (
    select new.*
    from new
    anti join marts.position_month as positions
        on positions.organisation_code = new.organisation_code
        and positions.position_number = new.position_number
        and positions.period < new.period
),

-- The records of these positions now, and of the month loaded before beside them.
looked_at as (
    select organisation_code, period, period as held_in from months
    union all
    select organisation_code, period, earlier from months where earlier is not null
),

records as (
    select
        record.organisation_code,
        looked_at.period,
        looked_at.held_in,
        record.position_number,
        record.position_title,
        record.occupation_code,
        coalesce(record.job_role_code, record.job_role) as job_role,
        record.area_of_work,
        record.pay_band,
        record.team,
        record.cost_centre
    from marts.coding_record as record
    inner join looked_at
        on looked_at.organisation_code = record.organisation_code and looked_at.held_in = record.period
    where (record.organisation_code, looked_at.period, record.position_number) in (
            select organisation_code, period, position_number from now
        )
),

-- Where one holder's record equals one of the month before in every field, no field changed.
unchanged as (
    select organisation_code, period, position_number
    from records
    group by
        organisation_code,
        period,
        position_number,
        position_title,
        occupation_code,
        job_role,
        area_of_work,
        pay_band,
        team,
        cost_centre
    having min(held_in) < max(held_in)
),

compared as (
    select *
    from records
    where (organisation_code, period, position_number) not in (
            select organisation_code, period, position_number from unchanged
        )
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
            {'field': 'job_role', 'value': job_role},
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
    inner join first_held using (organisation_code, period, position_number)
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
