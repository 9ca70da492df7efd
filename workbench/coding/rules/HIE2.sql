-- grain: one row per employed assignment whose supervisor has left
-- parameters: $organisation, $period. Left is who was listed or has a leaving recorded, and is no longer employed here at
-- the month end; someone whose leaving date is the month end itself was still there on that day.
with staff as (
    select *
    from marts.coding_record
    where organisation_code = $organisation
        and period = $period
),

supervisors as (
    select distinct supervisor_person_key as person_key
    from staff
    where supervisor_person_key not in (select person_key from staff)
),

last_listed as (
    select person_key, max(period) filter (where is_employed) as last_month
    from marts.assignment_month
    where organisation_code = $organisation
        and period <= $period
    group by person_key
),

leavings as (
    select person_key, max(leaving_date) as leaving_date
    from staging.leavers
    where organisation_code = $organisation
    group by person_key
),

gone as (
    select
        supervisors.person_key,
        case
            when leavings.leaving_date < $period
                then 'The supervisor left on ' || strftime(leavings.leaving_date, '%d/%m/%Y') || '.'
            when last_listed.last_month is not null
                then 'The supervisor was last employed here at ' || strftime(last_listed.last_month, '%d/%m/%Y')
                || '; no leaving date is recorded.'
            else 'The supervisor is listed as no longer employed here.'
        end as detail
    from supervisors
    left join last_listed on last_listed.person_key = supervisors.person_key
    left join leavings on leavings.person_key = supervisors.person_key
    where leavings.leaving_date < $period
        or (leavings.leaving_date is null and last_listed.person_key is not null)
)

select
    staff.assignment_key as subject_key,
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
    staff.holders,
    'supervisor' as field,
    null::varchar as current_code,
    null::varchar as current_name,
    'leavers' as other_source,
    gone.person_key as other_value,
    gone.detail
from staff
inner join gone on gone.person_key = staff.supervisor_person_key
order by staff.assignment_key
