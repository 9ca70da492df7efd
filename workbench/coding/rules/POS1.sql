-- grain: one row per position whose holders have several occupation codes, job roles, areas of work or titles
-- parameters: $organisation, $period
-- A blank is no second value: POS5 asks for blanks. Titles are compared without regard to case and spaces around them.
with staff as (
    select
        staff.position_number,
        staff.person_key,
        staff.assignment_key,
        staff.fte,
        staff.position_title,
        staff.directorate,
        staff.service,
        staff.team,
        staff.cost_centre,
        nullif(trim(staff.occupation_code), '') as occupation_code,
        staff.job_role,
        staff.area_of_work,
        lower(trim(staff.position_title)) as title,
        staff.evidenced_profession,
        staff.vote_status <> 'none' or staff.staff_group_code = '04' as is_ahp_relevant
    from marts.coding_record as staff
    where staff.organisation_code = $organisation
        and staff.period = $period
        and staff.position_number is not null
),

positions as (
    select
        position_number,
        min(position_title) as position_title,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        min(cost_centre) as cost_centre,
        case when count(distinct evidenced_profession) > 1 then 'Disputed' else min(evidenced_profession) end as profession,
        sum(fte) as fte,
        count(distinct person_key) as holders
    from staff
    group by position_number
    having bool_or(is_ahp_relevant) and count(*) > 1
),

shared as (
    select *
    from staff
    where position_number in (select position_number from positions)
),

field_values as (
    select position_number, 1 as place, 'occupation_code' as field, occupation_code as held, person_key from shared
    union all
    select position_number, 2, 'job_role', job_role, person_key from shared
    union all
    select position_number, 3, 'area_of_work', area_of_work, person_key from shared
    union all
    select position_number, 4, 'position_title', title, person_key from shared
),

holders_by_value as (
    select position_number, place, field, held, count(distinct person_key) as holders
    from field_values
    where held is not null
    group by all
),

fields_that_differ as (
    select
        position_number,
        place,
        field,
        string_agg(held, ' | ' order by held) as held,
        string_agg(held || ' (' || holders || ')', ', ' order by holders desc, held) as holders_by_value
    from holders_by_value
    group by all
    having count(*) > 1
),

differing as (
    select
        position_number,
        string_agg(field, ', ' order by place) as fields,
        string_agg(held, '; ' order by place) as held,
        string_agg(replace(field, '_', ' ') || ': ' || holders_by_value, '; ' order by place) as detail
    from fields_that_differ
    group by position_number
),

commonest_codes as (
    select position_number, held as occupation_code
    from holders_by_value
    where field = 'occupation_code'
    qualify row_number() over (partition by position_number order by holders desc, held) = 1
)

select
    positions.position_number as subject_key,
    'R' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    positions.position_number,
    positions.position_title,
    positions.directorate,
    positions.service,
    positions.team,
    positions.cost_centre,
    positions.profession,
    positions.fte::double as fte,
    positions.holders,
    differing.fields as field,
    commonest_codes.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    'other holders of the position' as other_source,
    differing.held as other_value,
    'People by value. ' || differing.detail || '.' as detail
from positions
inner join differing using (position_number)
left join commonest_codes using (position_number)
left join reference.occupation_code as listed on listed.occupation_code = commonest_codes.occupation_code
order by positions.position_number
