-- grain: one row per person on a service list who is not employed in ESR at the month end
-- A service list bears no date: it is compared with the latest month loaded, and with no earlier one.
with latest as (
    select max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation
),

listed as (
    select list.*
    from staging.service_list as list
    inner join latest on latest.period = $period
    where list.organisation_code = $organisation
),

in_post as (
    select distinct person_key
    from marts.assignment_month
    where organisation_code = $organisation and period = $period and is_employed
),

last_seen as (
    select person_key, max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation and period < $period and is_employed
    group by person_key
),

-- Who could be meant: people in ESR for the same service and profession whom the list does not name.
candidates as (
    select held.service, held.profession, count(distinct held.person_key) as people
    from marts.assignment_month as held
    where
        held.organisation_code = $organisation
        and held.period = $period
        and held.is_employed
        and held.is_substantive
        and held.person_key not in (select person_key from listed)
    group by all
),

missing as (
    select
        person_key,
        string_agg(distinct profession, ' and ' order by profession) as profession,
        min(service) as service,
        min(team) as team,
        sum(fte) as fte
    from listed
    where person_key not in (select person_key from in_post)
    group by person_key
)

select
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
left join last_seen using (person_key)
left join candidates on candidates.service = missing.service and candidates.profession = missing.profession
order by missing.person_key
