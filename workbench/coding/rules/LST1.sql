-- grain: one row per person on a service list who is not employed in ESR at the month end
-- A service list bears no date: it is compared with the latest month loaded, and with no earlier one.
with latest as (
    select organisation_code, max(period) as period
    from marts.assignment_month
    group by organisation_code
    having (organisation_code, max(period)) in (select unnest($asked, recursive := true))
),

listed as (
    select list.*, latest.period
    from staging.service_list as list
    inner join latest using (organisation_code)
),

in_post as (
    select distinct organisation_code, person_key
    from marts.assignment_month
    where (organisation_code, period) in (from latest) and is_employed
),

last_seen as (
    select earlier.organisation_code, earlier.person_key, max(earlier.period) as period
    from marts.assignment_month as earlier
    inner join latest on latest.organisation_code = earlier.organisation_code and earlier.period < latest.period
    where earlier.is_employed
    group by earlier.organisation_code, earlier.person_key
),

-- Who could be meant: people in ESR for the same service and profession whom the list does not name.
candidates as (
    select held.organisation_code, held.service, held.profession, count(distinct held.person_key) as people
    from marts.assignment_month as held
    anti join listed on listed.organisation_code = held.organisation_code and listed.person_key = held.person_key
    where (held.organisation_code, held.period) in (from latest)
        and held.is_employed
        and held.is_substantive
    group by all
),

missing as (
    select
        organisation_code,
        period,
        person_key,
        string_agg(distinct profession, ' and ' order by profession) as profession,
        min(service) as service,
        min(team) as team,
        sum(fte) as fte
    from listed
    where (organisation_code, person_key) not in (select organisation_code, person_key from in_post)
    group by organisation_code, period, person_key
)

select
    missing.organisation_code,
    missing.period,
    missing.person_key as subject_key,
    'R' as severity,
    missing.person_key,
    null::varchar as assignment_key,
    null::varchar as position_number,
    null::varchar as position_title,
    null::varchar as directorate,
    missing.service,
    missing.team,
    null::varchar as cost_centre,
    null::varchar as profession,
    missing.fte::double as fte,
    null::bigint as holders,
    'employee_number' as field,
    null::varchar as current_code,
    null::varchar as current_name,
    'service list' as other_source,
    missing.profession as other_value,
    case
        when last_seen.period is null then 'On the service list; the number has not been in ESR in any month loaded.'
        else 'On the service list; last employed in ESR at ' || strftime(last_seen.period, '%d/%m/%Y') || '.'
    end
    || ' In ESR for this service and profession, and not on the list: '
    || coalesce(candidates.people, 0)::varchar || '.' as detail
from missing
left join last_seen using (organisation_code, person_key)
left join candidates using (organisation_code, service, profession)
order by missing.organisation_code, missing.period, missing.person_key
