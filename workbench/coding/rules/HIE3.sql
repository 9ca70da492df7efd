-- grain: one row per loop of people who supervise one another, or person who supervises themself
-- parameters: $organisation, $period. A reporting line follows the main assignment of each person. Jumps double at each
-- step (1, 2, 4 ... 1,048,576 people up), so the work grows with the logarithm of the longest line and always ends:
-- lines that reach the top drop out, and where a jump of any length still lands, there is a loop.
with recursive staff as (
    select
        *,
        row_number() over (
            partition by person_key
            order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
        ) as place
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
),

lines as (
    select person_key, supervisor_person_key
    from staff
    where place = 1
        and supervisor_person_key in (select person_key from staff)
),

jumps as (
    select 0 as step, person_key, supervisor_person_key as lands_on, least(person_key, supervisor_person_key) as lowest
    from lines
    union all
    select near.step + 1, near.person_key, far.lands_on, least(near.lowest, far.lowest)
    from jumps as near
    inner join jumps as far on far.person_key = near.lands_on
    where near.step < 20
),

members as (
    select person_key, lowest as loop_key
    from jumps
    where step = 20
        and person_key in (select lands_on from jumps where step = 20)
),

-- Around each loop once, from its lowest key.
round_trip as (
    select loop_key, person_key, 1 as place
    from members
    where person_key = loop_key
    union all
    select round_trip.loop_key, lines.supervisor_person_key, round_trip.place + 1
    from round_trip
    inner join lines on lines.person_key = round_trip.person_key
    where lines.supervisor_person_key <> round_trip.loop_key
),

-- A second assignment can name its own holder too, which no line of main assignments shows.
self_supervised as (
    select distinct person_key as loop_key, person_key, 1 as place
    from staff
    where supervisor_person_key = person_key
),

loops as (
    select loop_key, person_key, place from round_trip
    union
    select loop_key, person_key, place from self_supervised
),

named as (
    select
        loops.loop_key,
        count(*) as people,
        string_agg(loops.person_key, ';' order by loops.place) as person_keys,
        string_agg(coalesce(staff.position_title, 'no title'), ' > ' order by loops.place) as titles
    from loops
    inner join staff on staff.person_key = loops.person_key and staff.place = 1
    group by loops.loop_key
)

select
    named.person_keys as subject_key,
    'E' as severity,
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
    named.people as holders,
    'supervisor' as field,
    null::varchar as current_code,
    null::varchar as current_name,
    'reporting line' as other_source,
    named.person_keys as other_value,
    case named.people
        when 1 then 'Recorded as their own supervisor: ' || named.titles || '.'
        else named.people || ' people supervise one another: ' || named.titles || ', and back to the first.'
    end as detail
from named
inner join staff on staff.person_key = named.loop_key and staff.place = 1
order by named.person_keys
