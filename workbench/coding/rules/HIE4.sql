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

supervisor_keys as (
    select distinct organisation_code, period, supervisor_person_key as person_key
    from staff
    where supervisor_person_key is not null
),

supervisors as (
    select *
    from people
    where (organisation_code, period, person_key) in (from supervisor_keys)
),

not_here as (
    select organisation_code, period, person_key from supervisor_keys
    except
    select organisation_code, period, person_key from supervisors
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
above as (
    select
        organisation_code,
        period,
        person_key,
        person_key as above_key,
        service,
        position_title,
        supervisor_person_key,
        0 as level
    from people
    where (organisation_code, period, person_key) in (select organisation_code, period, person_key from listed)
    union all
    select
        organisation_code,
        period,
        above.person_key,
        supervisors.person_key,
        supervisors.service,
        supervisors.position_title,
        supervisors.supervisor_person_key,
        above.level + 1
    from above
    inner join supervisors using (organisation_code, period)
    where supervisors.person_key = above.supervisor_person_key
        and above.level < 40
),

tops as (
    select organisation_code, period, above_key
    from above
    where supervisor_person_key is null
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
    anti join above
        on above.organisation_code = judged.organisation_code
        and above.period = judged.period
        and above.person_key = judged.person_key
        and above.above_key = leads.lead_key
),

line_titles as (
    select
        organisation_code,
        period,
        person_key,
        string_agg(coalesce(position_title, 'no title'), ' > ' order by level) as titles
    from above
    where (organisation_code, period, person_key) in (select organisation_code, period, person_key from out_of_sight)
    group by organisation_code, period, person_key
),

named as (
    select *
    from people
    where (organisation_code, period, person_key) in (
            select organisation_code, period, person_key from out_of_sight
            union
            select organisation_code, period, lead_key from out_of_sight
        )
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
    inner join line_titles using (organisation_code, period, person_key)
    inner join named as people using (organisation_code, period, person_key)
    inner join named as the_lead
        on the_lead.organisation_code = out_of_sight.organisation_code
        and the_lead.period = out_of_sight.period
        and the_lead.person_key = out_of_sight.lead_key
),

-- The records of these alone are read whole.
records as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from asked)
        and (organisation_code, period, assignment_key) in (
            select organisation_code, period, assignment_key from found
        )
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
inner join records as staff using (organisation_code, period, assignment_key)
order by staff.organisation_code, staff.period, staff.person_key, found.other_source, found.other_value
