-- grain: one row per active assignment of a practising AHP for whom no registration is held
-- parameters: $asked, $registration_fresh_days (a start within so many days may still wait for its check).
-- Practising says the job role, managers and students left out; where it names no profession, the code at levels 1 and A
-- of the S matrix or AB, A4, A5 and A6. Any AHP registration counts as one: whether it is the right one, in date or
-- verified is for CON2, REG2 and REG3 to ask.
with practising as (
    select
        *,
        greatest(organisation_start_date, assignment_start_date) as begun
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and is_active
        and coalesce(left(job_role_code, 2) <> '02', true)
        and case
            when job_role_profession is not null then coalesce(job_role not like '%Manager%', true)
            else coded_profession is not null and left(occupation_code, 2) in ('S1', 'SA', 'AB', 'A4', 'A5', 'A6')
        end
),

registered as (
    select distinct organisation_code, period, person_key
    from marts.ahp_registration
    where (organisation_code, period) in (select unnest($asked, recursive := true))
)

select
    practising.organisation_code,
    practising.period,
    practising.assignment_key as subject_key,
    case
        when practising.begun > practising.period - $registration_fresh_days::integer then 'R'
        else 'E'
    end as severity,
    practising.person_key,
    practising.assignment_key,
    practising.position_number,
    practising.position_title,
    practising.directorate,
    practising.service,
    practising.team,
    practising.cost_centre,
    practising.evidenced_profession as profession,
    practising.fte::double as fte,
    practising.holders,
    'registration' as field,
    practising.occupation_code as current_code,
    practising.occupation_code_name as current_name,
    case when practising.job_role_profession is not null then 'job role' else 'occupation code' end as other_source,
    coalesce(practising.job_role_profession, practising.coded_profession) as other_value,
    'No AHP registration is held.' || coalesce(' In this post since ' || strftime(practising.begun, '%d/%m/%Y') || '.', '') as detail
from practising
left join registered using (organisation_code, period, person_key)
where registered.person_key is null
order by practising.organisation_code, practising.period, practising.assignment_key
