-- grain: one row per employed assignment with a G code and a named AHP role or an active AHP registration
-- parameters: $asked, $registration_fresh_days, $gosc_check_interval_days
with -- In date and checked lately enough to be relied on; GOsC checks are made by hand, at an interval of their own.
active_registrations as (
    select
        organisation_code,
        period,
        person_key,
        list_aggregate(list_sort(list(distinct profession)), 'string_agg', ' and ') as profession
    from marts.ahp_registration
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and is_in_date
        and period - checked_date <= case registration_body_code
            when '17' then $gosc_check_interval_days else $registration_fresh_days
        end
    group by organisation_code, period, person_key
)

select
    held.organisation_code,
    held.period,
    held.assignment_key as subject_key,
    'R' as severity,
    held.person_key,
    held.assignment_key,
    held.position_number,
    held.position_title,
    held.directorate,
    held.service,
    held.team,
    held.cost_centre,
    held.evidenced_profession as profession,
    held.fte::double as fte,
    held.holders,
    'occupation_code' as field,
    held.occupation_code as current_code,
    held.occupation_code_name as current_name,
    case when held.job_role_profession is not null then 'job_role' else 'registration' end as other_source,
    case
        when held.job_role_profession is not null then held.job_role
        else active_registrations.profession
    end as other_value,
    'Administrative code; counted as an AHP this would add ' || printf('%.2f', held.fte::double) || ' FTE to '
    || coalesce(held.job_role_profession, active_registrations.profession) || '.' as detail
from marts.coding_record as held
left join active_registrations using (organisation_code, period, person_key)
where (held.organisation_code, held.period) in (select unnest($asked, recursive := true))
    and held.occupation_code like 'G__'
    and (held.job_role_profession is not null or active_registrations.profession is not null)
order by held.organisation_code, held.period, held.assignment_key
