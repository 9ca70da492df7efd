-- grain: one row per position whose holders are evidenced to be of different AHP professions
-- parameters: $asked
-- Holders who are disputed, not evidenced or no AHPs decide nothing, and an arts therapist whose type is not stated
-- contradicts none of the three arts therapies.
with staff as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and position_number is not null
),

holders_by_profession as (
    select
        organisation_code,
        period,
        position_number,
        evidenced_profession as profession,
        count(distinct person_key) as holders,
        count(distinct person_key) filter (where registration_profession is not null) as registered
    from staff
    where evidenced_profession in (select label from reference.profession)
    group by all
),

mixed as (
    select
        organisation_code,
        period,
        position_number,
        string_agg(profession, ' | ' order by profession) as professions,
        string_agg(
            profession || ' (' || holders || ', registered ' || registered || ')', ', ' order by holders desc, profession
        ) as detail
    from holders_by_profession
    group by all
    having count(*) > 1
),

commonest_codes as (
    select organisation_code, period, position_number, nullif(trim(occupation_code), '') as occupation_code
    from staff
    where nullif(trim(occupation_code), '') is not null
        and (organisation_code, period, position_number) in (
            select organisation_code, period, position_number from mixed
        )
    group by organisation_code, period, position_number, nullif(trim(occupation_code), '')
    qualify row_number() over (
        partition by organisation_code, period, position_number
        order by count(*) desc, nullif(trim(occupation_code), '')
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
    'Disputed' as profession,
    positions.fte::double as fte,
    positions.holders,
    'profession' as field,
    commonest_codes.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    'evidence of the holders' as other_source,
    mixed.professions as other_value,
    'People by evidenced profession: ' || mixed.detail || '.' as detail
from mixed
inner join marts.position_month as positions using (organisation_code, period, position_number)
left join commonest_codes using (organisation_code, period, position_number)
left join reference.occupation_code as listed on listed.occupation_code = commonest_codes.occupation_code
order by positions.organisation_code, positions.period, positions.position_number
