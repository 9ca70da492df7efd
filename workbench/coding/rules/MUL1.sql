-- grain: one row per person of an AHP post and reason: several active assignments, or registrations in several professions
-- parameters: $organisation, $period. A registration counts that was in date at the last check known at the month end.
with ahp_people as (
    select person_key
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
        and (vote_status <> 'none' or staff_group_code = '04')
),

staff as (
    select
        *,
        row_number() over (
            partition by person_key
            order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
        ) as place
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
        and person_key in (from ahp_people)
),

assignments as (
    select
        person_key,
        count(*) as active,
        string_agg(assignment_key, ' | ' order by assignment_key) as assignments,
        string_agg(
            coalesce(evidenced_profession, 'not an AHP') || ' ' || coalesce(occupation_code, 'no code') || ', '
            || format('{:g}', coalesce(fte, 0)::double) || ' FTE', '; ' order by place
        ) as fte_by_profession
    from staff
    where is_active
    group by person_key
    having count(*) > 1
),

registered as (
    select
        person_key,
        string_agg(distinct profession, ' | ' order by profession) as professions
    from marts.ahp_registration
    where organisation_code = $organisation
        and period = $period
        and coalesce(is_in_date, true)
        and coalesce(status_code <> '02', true)
    group by person_key
    having count(distinct profession) > 1
),

found as (
    select
        person_key,
        'assignments' as field,
        'other assignments' as other_source,
        assignments as other_value,
        active || ' active assignments: ' || fte_by_profession || '.' as detail
    from assignments
    union all
    select
        person_key,
        'registration',
        'registrations',
        professions,
        'Registered in several professions: ' || replace(professions, ' | ', ', ') || '.'
    from registered
)

select
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
inner join staff on staff.person_key = found.person_key and staff.place = 1
order by staff.person_key, found.field
