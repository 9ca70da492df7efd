-- grain: one row per person and supervisor who is not of the organisation, and per listed person out of a lead's sight
-- parameters: $asked. The lead of a service list is the nearest person of that service to whom more than
-- half of its people report, directly or through others; a list without one is not judged. A line that breaks off or
-- circles is left to HIE1 to HIE3: only lines that reach the top of the organisation are judged.
with recursive asked as (
    select unnest($asked, recursive := true)
),

staff as (
    select
        organisation_code,
        period,
        person_key,
        supervisor_person_key,
        assignment_key,
        place_of_person,
        position_title,
        service
    from marts.coding_record
    where (organisation_code, period) in (from asked)
),

people as (
    select organisation_code, period, person_key, supervisor_person_key, assignment_key, position_title, service
    from staff
    where place_of_person = 1
),

not_here as (
    select distinct staff.organisation_code, staff.period, staff.supervisor_person_key as person_key
    from staff
    anti join people
        on people.organisation_code = staff.organisation_code
        and people.period = staff.period
        and people.person_key = staff.supervisor_person_key
    where staff.supervisor_person_key is not null
),

-- Someone who comes later was not here yet; someone who is recorded as a leaver was.
was_here as (
    select not_here.*
    from not_here
    inner join marts.assignment_month as earlier
        on earlier.organisation_code = not_here.organisation_code
        and earlier.person_key = not_here.person_key
        and earlier.period <= not_here.period
    union
    select not_here.*
    from not_here
    inner join staging.leavers using (organisation_code, person_key)
),

led_from_elsewhere as (
    select
        staff.organisation_code,
        staff.period,
        staff.person_key,
        staff.supervisor_person_key,
        min(staff.assignment_key) as assignment_key
    from staff
    inner join (from not_here except from was_here) as elsewhere
        on elsewhere.organisation_code = staff.organisation_code
        and elsewhere.period = staff.period
        and elsewhere.person_key = staff.supervisor_person_key
    group by all
),

listed as (
    select distinct people.organisation_code, people.period, people.person_key, service_list.service as listed_service
    from staging.service_list as service_list
    inner join people
        on people.organisation_code = service_list.organisation_code
        and people.person_key = service_list.person_key
    where service_list.service is not null
),

-- Forty levels are more than any organisation has; the limit ends a walk around a loop.
line_above as (
    select distinct organisation_code, period, person_key, person_key as above_key, 0 as level
    from listed
    union all
    select organisation_code, period, line_above.person_key, people.supervisor_person_key, line_above.level + 1
    from line_above
    inner join people using (organisation_code, period)
    where people.person_key = line_above.above_key
        and people.supervisor_person_key is not null
        and line_above.level < 40
),

above as (
    select
        line_above.*,
        people.service,
        people.supervisor_person_key is null as is_at_the_top
    from line_above
    inner join people
        on people.organisation_code = line_above.organisation_code
        and people.period = line_above.period
        and people.person_key = line_above.above_key
),

tops as (
    select organisation_code, period, above_key
    from above
    where is_at_the_top
    group by organisation_code, period, above_key
    qualify row_number() over (partition by organisation_code, period order by count(*) desc, above_key) = 1
),

to_the_top as (
    select distinct organisation_code, period, person_key
    from above
    inner join tops using (organisation_code, period, above_key)
),

judged as (
    select *, count(*) over (partition by organisation_code, period, listed_service) as in_service
    from listed
    inner join to_the_top using (organisation_code, period, person_key)
),

leads as (
    select organisation_code, period, judged.listed_service, above.above_key as lead_key
    from judged
    inner join above using (organisation_code, period, person_key)
    where above.service = judged.listed_service
    group by organisation_code, period, judged.listed_service, above.above_key, judged.in_service
    having 2 * count(*) > judged.in_service
    qualify row_number() over (
        partition by organisation_code, period, judged.listed_service
        order by count(*) desc, sum(above.level), above.above_key
    ) = 1
),

out_of_sight as (
    select judged.organisation_code, judged.period, judged.person_key, judged.listed_service, leads.lead_key
    from judged
    inner join leads using (organisation_code, period, listed_service)
    anti join line_above
        on line_above.organisation_code = judged.organisation_code
        and line_above.period = judged.period
        and line_above.person_key = judged.person_key
        and line_above.above_key = leads.lead_key
),

line_titles as (
    select
        out_of_sight.organisation_code,
        out_of_sight.period,
        out_of_sight.person_key,
        string_agg(coalesce(people.position_title, 'no title'), ' > ' order by line_above.level) as titles
    from (select distinct organisation_code, period, person_key from out_of_sight) as out_of_sight
    inner join line_above using (organisation_code, period, person_key)
    inner join people
        on people.organisation_code = line_above.organisation_code
        and people.period = line_above.period
        and people.person_key = line_above.above_key
    group by all
),

found as (
    select
        organisation_code,
        period,
        assignment_key,
        'staff in post' as other_source,
        supervisor_person_key as other_value,
        'The supervisor is not, and never was, among the staff of this organisation: someone of another one, or a number '
        || 'that nobody holds.' as detail
    from led_from_elsewhere
    union all
    select
        out_of_sight.organisation_code,
        out_of_sight.period,
        people.assignment_key,
        'service list',
        out_of_sight.listed_service,
        'On the list of ' || out_of_sight.listed_service || ', yet the reporting line (' || line_titles.titles
        || ') does not pass its lead (' || coalesce(the_lead.position_title, 'no title') || ').'
    from out_of_sight
    inner join people using (organisation_code, period, person_key)
    inner join line_titles using (organisation_code, period, person_key)
    inner join people as the_lead
        on the_lead.organisation_code = out_of_sight.organisation_code
        and the_lead.period = out_of_sight.period
        and the_lead.person_key = out_of_sight.lead_key
)

select
    staff.organisation_code,
    staff.period,
    staff.person_key as subject_key,
    'R' as severity,
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
    'supervisor' as field,
    null::varchar as current_code,
    null::varchar as current_name,
    found.other_source,
    found.other_value,
    found.detail
from found
inner join marts.coding_record as staff using (organisation_code, period, assignment_key)
where (staff.organisation_code, staff.period) in (from asked)
order by staff.organisation_code, staff.period, staff.person_key, found.other_source, found.other_value
