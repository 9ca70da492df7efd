-- grain: one row per person with no primary assignment, or with several
-- parameters: $asked. Of every staff group: headcounts place each person by the primary assignment.
with staff as (
    select
        *,
        count(*) over (partition by organisation_code, period, person_key) as assignments,
        count(*) filter (where is_primary_recorded) over (partition by organisation_code, period, person_key) as primaries
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
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
from staff
where place_of_person = 1
    and primaries <> 1
order by organisation_code, period, person_key
