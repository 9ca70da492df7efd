-- grain: one row per person and supervisor who is not of the organisation, and per listed person out of a lead's sight
-- parameters: $organisation, $period. The lead of a service list is the nearest person of that service to whom more than
-- half of its people report, directly or through others; a list without one is not judged. A line that breaks off or
-- circles is left to HIE1 to HIE3: only lines that reach the top of the organisation are judged.
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

people as (
    select *
    from staff
    where place = 1
),

ever_here as (
    select person_key
    from marts.assignment_month
    where organisation_code = $organisation
        and period <= $period
    union
    select person_key
    from staging.leavers
    where organisation_code = $organisation
),

led_from_elsewhere as (
    select
        person_key,
        supervisor_person_key,
        min(assignment_key) as assignment_key
    from staff
    where supervisor_person_key not in (select person_key from ever_here where person_key is not null)
    group by person_key, supervisor_person_key
),

listed as (
    select distinct service_list.person_key, service_list.service as listed_service
    from staging.service_list as service_list
    inner join people on people.person_key = service_list.person_key
    where service_list.organisation_code = $organisation
        and service_list.service is not null
),

-- Forty levels are more than any organisation has; the limit ends a walk around a loop.
line_above as (
    select distinct person_key, person_key as above_key, 0 as level
    from listed
    union all
    select line_above.person_key, people.supervisor_person_key, line_above.level + 1
    from line_above
    inner join people on people.person_key = line_above.above_key
    where people.supervisor_person_key is not null
        and line_above.level < 40
),

tops as (
    select line_above.above_key as top_key
    from line_above
    inner join people on people.person_key = line_above.above_key
    where people.supervisor_person_key is null
    group by line_above.above_key
    qualify row_number() over (order by count(*) desc, line_above.above_key) = 1
),

to_the_top as (
    select distinct line_above.person_key
    from line_above
    inner join tops on tops.top_key = line_above.above_key
),

judged as (
    select listed.person_key, listed.listed_service, count(*) over (partition by listed.listed_service) as in_service
    from listed
    inner join to_the_top on to_the_top.person_key = listed.person_key
),

leads as (
    select judged.listed_service, line_above.above_key as lead_key
    from judged
    inner join line_above on line_above.person_key = judged.person_key
    inner join people on people.person_key = line_above.above_key and people.service = judged.listed_service
    group by judged.listed_service, line_above.above_key, judged.in_service
    having 2 * count(*) > judged.in_service
    qualify row_number() over (
        partition by judged.listed_service
        order by count(*) desc, sum(line_above.level), line_above.above_key
    ) = 1
),

out_of_sight as (
    select judged.person_key, judged.listed_service, leads.lead_key
    from judged
    inner join leads on leads.listed_service = judged.listed_service
    where not exists (
        select 1
        from line_above
        where line_above.person_key = judged.person_key
            and line_above.above_key = leads.lead_key
    )
),

line_titles as (
    select
        line_above.person_key,
        string_agg(coalesce(people.position_title, 'no title'), ' > ' order by line_above.level) as titles
    from line_above
    inner join people on people.person_key = line_above.above_key
    where line_above.person_key in (select person_key from out_of_sight)
    group by line_above.person_key
),

found as (
    select
        person_key,
        assignment_key,
        'staff in post' as other_source,
        supervisor_person_key as other_value,
        'The supervisor is not, and never was, among the staff of this organisation: someone of another one, or a number '
        || 'that nobody holds.' as detail
    from led_from_elsewhere
    union all
    select
        out_of_sight.person_key,
        people.assignment_key,
        'service list',
        out_of_sight.listed_service,
        'On the list of ' || out_of_sight.listed_service || ', yet the reporting line (' || line_titles.titles
        || ') does not pass its lead (' || coalesce(the_lead.position_title, 'no title') || ').'
    from out_of_sight
    inner join people on people.person_key = out_of_sight.person_key
    inner join people as the_lead on the_lead.person_key = out_of_sight.lead_key
    inner join line_titles on line_titles.person_key = out_of_sight.person_key
)

select
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
inner join staff on staff.assignment_key = found.assignment_key
order by staff.person_key, found.other_source, found.other_value
