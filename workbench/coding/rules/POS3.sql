-- grain: one row per group of positions of the organisation that are alike in everything that we hold of a position
-- parameters: $asked
-- A position whose own holders differ is left to POS1: it is no copy of another.
with staff as (
    select
        staff.organisation_code,
        staff.period,
        staff.position_number,
        staff.person_key,
        staff.fte,
        lower(trim(staff.position_title)) as title,
        staff.position_title,
        staff.pay_band,
        nullif(trim(staff.occupation_code), '') as occupation_code,
        staff.job_role,
        staff.area_of_work,
        staff.directorate,
        staff.service,
        staff.team,
        staff.cost_centre,
        staff.subjective_code,
        staff.evidenced_profession,
        staff.is_ahp_hinted
    from marts.coding_record as staff
    where (staff.organisation_code, staff.period) in (select unnest($asked, recursive := true))
        and staff.position_number is not null
        and staff.position_title is not null
),

-- Positions of a title that someone holds who may be an AHP: no other can be like one of theirs.
ahp_titles as (
    select distinct organisation_code, period, title
    from staff
    where is_ahp_hinted
),

of_ahp_titles as (
    select distinct organisation_code, period, position_number
    from staff
    where (organisation_code, period, title) in (from ahp_titles)
),

descriptions as (
    select
        organisation_code,
        period,
        position_number,
        title,
        pay_band,
        occupation_code,
        job_role,
        area_of_work,
        directorate,
        service,
        team,
        cost_centre,
        subjective_code,
        min(position_title) as position_title,
        min(evidenced_profession) as first_profession,
        max(evidenced_profession) as last_profession,
        sum(fte) as fte,
        count(distinct person_key) as holders,
        bool_or(is_ahp_hinted) as is_ahp_hinted
    from staff
    where (organisation_code, period, position_number) in (from of_ahp_titles)
    group by
        organisation_code,
        period,
        position_number,
        title,
        pay_band,
        occupation_code,
        job_role,
        area_of_work,
        directorate,
        service,
        team,
        cost_centre,
        subjective_code
),

of_one_description as (
    select *
    from descriptions
    qualify count(*) over (partition by organisation_code, period, position_number) = 1
),

alike as (
    select
        organisation_code,
        period,
        title,
        pay_band,
        occupation_code,
        directorate,
        service,
        team,
        cost_centre,
        list({'position': position_number, 'holders': holders, 'fte': fte} order by position_number) as positions,
        min(position_title) as position_title,
        case
            when min(first_profession) is distinct from max(last_profession) then 'Disputed' else min(first_profession)
        end as profession,
        sum(fte) as fte,
        sum(holders) as holders,
        count(*) as copies
    from of_one_description
    group by
        organisation_code,
        period,
        title,
        pay_band,
        occupation_code,
        job_role,
        area_of_work,
        directorate,
        service,
        team,
        cost_centre,
        subjective_code
    having count(*) > 1 and bool_or(is_ahp_hinted)
),

named as (
    select
        alike.* replace (list_aggregate([one.position for one in positions], 'string_agg', ';') as positions),
        list_aggregate(
            [
                one.position || ' (people ' || one.holders || ', FTE ' || format('{:g}', one.fte::double) || ')'
                for one in positions
            ], 'string_agg', ', '
        ) as heads_and_fte
    from alike
)

select
    named.organisation_code,
    named.period,
    named.positions as subject_key,
    'I' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    named.positions as position_number,
    named.position_title,
    named.directorate,
    named.service,
    named.team,
    named.cost_centre,
    named.profession,
    named.fte::double as fte,
    named.holders::bigint as holders,
    'position' as field,
    named.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    'other positions' as other_source,
    named.positions as other_value,
    named.copies || ' positions are alike in every field: ' || named.heads_and_fte || '.' as detail
from named
left join reference.occupation_code as listed on listed.occupation_code = named.occupation_code
order by named.organisation_code, named.period, named.positions
