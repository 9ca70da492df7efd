-- grain: one row per loop of people who supervise one another, or person who supervises themself
-- parameters: $asked. A reporting line follows the main assignment of each person. Jumps double at each
-- step (1, 2, 4 ... 1,048,576 people up), so the work grows with the logarithm of the longest line and always ends:
-- lines that reach the top drop out, and where a jump of any length still lands, there is a loop. Whom nobody reports to
-- is in none, so the lines of supervisors are enough.
with recursive staff as (
    select organisation_code, period, person_key, supervisor_person_key, place_of_person, position_title
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
),

lines as (
    select organisation_code, period, person_key, supervisor_person_key
    from staff
    where place_of_person = 1
        and (organisation_code, period, supervisor_person_key) in (select organisation_code, period, person_key from staff)
        and (organisation_code, period, person_key) in (
            select organisation_code, period, supervisor_person_key from staff where supervisor_person_key is not null
        )
),

jumps as (
    select
        0 as step,
        organisation_code,
        period,
        person_key,
        supervisor_person_key as lands_on,
        least(person_key, supervisor_person_key) as lowest
    from lines
    union all
    select near.step + 1, organisation_code, period, near.person_key, far.lands_on, least(near.lowest, far.lowest)
    from jumps as near
    inner join jumps as far using (organisation_code, period)
    where far.person_key = near.lands_on
        and near.step < 20
),

members as (
    select organisation_code, period, person_key, lowest as loop_key
    from jumps
    where step = 20
        and (organisation_code, period, person_key) in (
            select organisation_code, period, lands_on from jumps where step = 20
        )
),

-- Around each loop once, from its lowest key.
round_trip as (
    select organisation_code, period, loop_key, person_key, 1 as place
    from members
    where person_key = loop_key
    union all
    select organisation_code, period, round_trip.loop_key, lines.supervisor_person_key, round_trip.place + 1
    from round_trip
    inner join lines using (organisation_code, period, person_key)
    where lines.supervisor_person_key <> round_trip.loop_key
),

-- A second assignment can name its own holder too, which no line of main assignments shows.
self_supervised as (
    select distinct organisation_code, period, person_key as loop_key, person_key, 1 as place
    from staff
    where supervisor_person_key = person_key
),

loops as (
    select organisation_code, period, loop_key, person_key, place from round_trip
    union
    select organisation_code, period, loop_key, person_key, place from self_supervised
),

named as (
    select
        organisation_code,
        period,
        loops.loop_key,
        count(*) as people,
        string_agg(loops.person_key, ';' order by loops.place) as person_keys,
        string_agg(coalesce(staff.position_title, 'no title'), ' > ' order by loops.place) as titles
    from loops
    inner join staff using (organisation_code, period, person_key)
    where staff.place_of_person = 1
    group by organisation_code, period, loops.loop_key
),

-- The records of these alone are read whole.
records as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and place_of_person = 1
        and (organisation_code, period, person_key) in (select organisation_code, period, loop_key from named)
)

select
    named.organisation_code,
    named.period,
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
inner join records as staff
    on staff.organisation_code = named.organisation_code
    and staff.period = named.period
    and staff.person_key = named.loop_key
order by named.organisation_code, named.period, named.person_keys
