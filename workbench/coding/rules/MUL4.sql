-- grain: one row per person with no primary assignment, or with several
-- parameters: $organisation, $period. Of every staff group: headcounts place each person by the primary assignment.
with staff as (
    select
        *,
        count(*) over (partition by person_key) as assignments,
        count(*) filter (where is_primary_recorded) over (partition by person_key) as primaries,
        row_number() over (
            partition by person_key
            order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
        ) as place
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
)

select
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
where place = 1
    and primaries <> 1
order by person_key
