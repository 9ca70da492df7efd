-- grain: one row per person with no primary assignment, or with several
-- parameters: $asked. Of every staff group: headcounts place each person by the primary assignment.
with people as (
    select
        organisation_code,
        period,
        person_key,
        count(*) as assignments,
        count(*) filter (where is_primary_recorded) as primaries
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
    group by organisation_code, period, person_key
    having primaries <> 1
)

select
    organisation_code,
    period,
    person_key as subject_key,
    'E' as severity,
    person_key,
    assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    evidenced_profession as profession,
    fte::double as fte,
    holders,
    'primary_assignment' as field,
    occupation_code as current_code,
    occupation_code_name as current_name,
    'assignments of the person' as other_source,
    primaries || ' of ' || assignments as other_value,
    case
        when assignments = 1 then 'The only assignment is not the primary one.'
        when primaries = 0 then 'None of ' || assignments || ' assignments is the primary one.'
        else primaries || ' of ' || assignments || ' assignments are primary.'
    end as detail
from marts.coding_record
inner join people using (organisation_code, period, person_key)
where place_of_person = 1
order by organisation_code, period, person_key
