-- grain: one row per person of an AHP post and reason: several active assignments, or registrations in several professions
-- parameters: $asked. A registration counts that was in date at the last check known at the month end.
with asked as (
    select unnest($asked, recursive := true)
),

ahp_people as (
    select distinct organisation_code, period, person_key
    from marts.coding_record
    where (organisation_code, period) in (from asked)
        and is_ahp_hinted
),

staff as (
    select *
    from marts.coding_record
    where (organisation_code, period, person_key) in (from ahp_people)
),

with_several as (
    select organisation_code, period, person_key
    from staff
    where is_active
    group by organisation_code, period, person_key
    having count(*) > 1
),

assignments as (
    select
        organisation_code,
        period,
        person_key,
        count(*) as active,
        string_agg(assignment_key, ' | ' order by assignment_key) as assignments,
        string_agg(
            coalesce(evidenced_profession, 'not an AHP') || ' ' || coalesce(occupation_code, 'no code') || ', '
            || format('{:g}', coalesce(fte, 0)::double) || ' FTE', '; ' order by place_of_person
        ) as fte_by_profession
    from staff
    inner join with_several using (organisation_code, period, person_key)
    where is_active
    group by organisation_code, period, person_key
),

registered as (
    select
        organisation_code,
        period,
        person_key,
        list_aggregate(list_sort(list(distinct profession)), 'string_agg', ' | ') as professions
    from marts.ahp_registration
    where (organisation_code, period) in (from asked)
        and coalesce(is_in_date, true)
        and coalesce(status_code <> '02', true)
    group by organisation_code, period, person_key
    having min(profession) < max(profession)
),

found as (
    select
        organisation_code,
        period,
        person_key,
        'assignments' as field,
        'other assignments' as other_source,
        assignments as other_value,
        active || ' active assignments: ' || fte_by_profession || '.' as detail
    from assignments
    union all
    select
        organisation_code,
        period,
        person_key,
        'registration',
        'registrations',
        professions,
        'Registered in several professions: ' || replace(professions, ' | ', ', ') || '.'
    from registered
)

select
    staff.organisation_code,
    staff.period,
    staff.person_key as subject_key,
    'I' as severity,
    staff.person_key,
    staff.assignment_key,
    staff.position_number,
    staff.position_title,
    staff.directorate,
    staff.service,
    staff.team,
    staff.cost_centre,
    staff.evidenced_profession as profession,
    staff.fte::double as fte,
    staff.holders,
    found.field,
    staff.occupation_code as current_code,
    staff.occupation_code_name as current_name,
    found.other_source,
    found.other_value,
    found.detail
from found
inner join staff using (organisation_code, period, person_key)
where staff.place_of_person = 1
order by staff.organisation_code, staff.period, staff.person_key, found.field
