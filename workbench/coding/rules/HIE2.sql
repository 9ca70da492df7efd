-- grain: one row per employed assignment whose supervisor has left
-- parameters: $asked. Left is who was listed or has a leaving recorded, and is no longer employed here at
-- the month end; someone whose leaving date is the month end itself was still there on that day.
with asked as (
    select unnest($asked, recursive := true)
),

staff as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from asked)
),

supervisors as (
    select distinct staff.organisation_code, staff.period, staff.supervisor_person_key as person_key
    from staff
    anti join staff as employed
        on employed.organisation_code = staff.organisation_code
        and employed.period = staff.period
        and employed.person_key = staff.supervisor_person_key
    where staff.supervisor_person_key is not null
),

last_listed as (
    select
        supervisors.organisation_code,
        supervisors.period,
        supervisors.person_key,
        max(listed.period) filter (where listed.is_employed) as last_month
    from supervisors
    inner join marts.assignment_month as listed
        on listed.organisation_code = supervisors.organisation_code
        and listed.person_key = supervisors.person_key
        and listed.period <= supervisors.period
    group by all
),

leavings as (
    select organisation_code, person_key, max(leaving_date) as leaving_date
    from staging.leavers
    where organisation_code in (select organisation_code from asked)
    group by organisation_code, person_key
),

gone as (
    select
        supervisors.organisation_code,
        supervisors.period,
        supervisors.person_key,
        case
            when leavings.leaving_date < supervisors.period
                then 'The supervisor left on ' || strftime(leavings.leaving_date, '%d/%m/%Y') || '.'
            when last_listed.last_month is not null
                then 'The supervisor was last employed here at ' || strftime(last_listed.last_month, '%d/%m/%Y')
                || '; no leaving date is recorded.'
            else 'The supervisor is listed as no longer employed here.'
        end as detail
    from supervisors
    left join last_listed using (organisation_code, period, person_key)
    left join leavings using (organisation_code, person_key)
    where leavings.leaving_date < supervisors.period
        or (leavings.leaving_date is null and last_listed.person_key is not null)
)

select
    staff.organisation_code,
    staff.period,
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
inner join gone
    on gone.organisation_code = staff.organisation_code
    and gone.period = staff.period
    and gone.person_key = staff.supervisor_person_key
order by staff.organisation_code, staff.period, staff.assignment_key
