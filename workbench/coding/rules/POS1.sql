-- grain: one row per position whose holders have several occupation codes, job roles, areas of work or titles
-- parameters: $asked
-- A blank is no second value: POS5 asks for blanks. Titles are compared without regard to case and spaces around them.
with positions as (
    select *
    from marts.position_month
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and is_ahp_hinted
        and assignments > 1
),

shared as (
    select
        organisation_code,
        period,
        position_number,
        person_key,
        nullif(trim(occupation_code), '') as occupation_code,
        job_role,
        area_of_work,
        lower(trim(position_title)) as title
    from marts.coding_record
    where (organisation_code, period, position_number) in (select organisation_code, period, position_number from positions)
),

with_several_values as (
    select organisation_code, period, position_number
    from shared
    group by organisation_code, period, position_number
    having min(occupation_code) < max(occupation_code)
        or min(job_role) < max(job_role)
        or min(area_of_work) < max(area_of_work)
        or min(title) < max(title)
),

fields as (
    select
        organisation_code,
        period,
        position_number,
        person_key,
        unnest([
            {'place': 1, 'field': 'occupation_code', 'held': occupation_code},
            {'place': 2, 'field': 'job_role', 'held': job_role},
            {'place': 3, 'field': 'area_of_work', 'held': area_of_work},
            {'place': 4, 'field': 'position_title', 'held': title}
        ], recursive := true)
    from shared
    inner join with_several_values using (organisation_code, period, position_number)
),

holders_by_value as (
    select organisation_code, period, position_number, place, field, held, count(distinct person_key) as holders
    from fields
    where held is not null
    group by all
),

fields_that_differ as (
    select
        organisation_code,
        period,
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
        organisation_code,
        period,
        position_number,
        string_agg(field, ', ' order by place) as fields,
        string_agg(held, '; ' order by place) as held,
        string_agg(replace(field, '_', ' ') || ': ' || holders_by_value, '; ' order by place) as detail
    from fields_that_differ
    group by all
),

commonest_codes as (
    select organisation_code, period, position_number, held as occupation_code
    from holders_by_value
    where field = 'occupation_code'
    qualify row_number() over (
        partition by organisation_code, period, position_number
        order by holders desc, held
    ) = 1
)

select
    positions.organisation_code,
    positions.period,
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
inner join differing using (organisation_code, period, position_number)
left join commonest_codes using (organisation_code, period, position_number)
left join reference.occupation_code as listed on listed.occupation_code = commonest_codes.occupation_code
order by positions.organisation_code, positions.period, positions.position_number
