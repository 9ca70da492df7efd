-- grain: one row per position whose holders are evidenced to be of different AHP professions
-- parameters: $organisation, $period
-- Holders who are disputed, not evidenced or no AHPs decide nothing, and an arts therapist whose type is not stated
-- contradicts none of the three arts therapies.
with staff as (
    select
        staff.position_number,
        staff.person_key,
        staff.fte,
        staff.position_title,
        staff.directorate,
        staff.service,
        staff.team,
        staff.cost_centre,
        nullif(trim(staff.occupation_code), '') as occupation_code,
        staff.registration_profession,
        professions.label as profession
    from marts.coding_record as staff
    left join reference.profession as professions on professions.label = staff.evidenced_profession
    where staff.organisation_code = $organisation
        and staff.period = $period
        and staff.position_number is not null
),

holders_by_profession as (
    select
        position_number,
        profession,
        count(distinct person_key) as holders,
        count(distinct person_key) filter (where registration_profession is not null) as registered
    from staff
    where profession is not null
    group by position_number, profession
),

mixed as (
    select
        position_number,
        string_agg(profession, ' | ' order by profession) as professions,
        string_agg(
            profession || ' (' || holders || ', registered ' || registered || ')', ', ' order by holders desc, profession
        ) as detail
    from holders_by_profession
    group by position_number
    having count(*) > 1
),

positions as (
    select
        position_number,
        min(position_title) as position_title,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        min(cost_centre) as cost_centre,
        sum(fte) as fte,
        count(distinct person_key) as holders
    from staff
    group by position_number
),

commonest_codes as (
    select position_number, occupation_code
    from staff
    where occupation_code is not null
    group by position_number, occupation_code
    qualify row_number() over (partition by position_number order by count(*) desc, occupation_code) = 1
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
    'Disputed' as profession,
    positions.fte::double as fte,
    positions.holders,
    'profession' as field,
    commonest_codes.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    'evidence of the holders' as other_source,
    mixed.professions as other_value,
    'People by evidenced profession: ' || mixed.detail || '.' as detail
from positions
inner join mixed using (position_number)
left join commonest_codes using (position_number)
left join reference.occupation_code as listed on listed.occupation_code = commonest_codes.occupation_code
order by positions.position_number
