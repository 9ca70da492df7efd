-- grain: one row per allied health professional and service in ESR whom no service list names
-- Only services that keep a list can be compared; the list bears no date, so only with the latest month loaded.
-- Bank and honorary staff are not expected on a list, and a hint alone does not make an AHP.
with latest as (
    select max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation
),

listed as (
    select list.person_key, list.service
    from staging.service_list as list
    inner join latest on latest.period = $period
    where list.organisation_code = $organisation
),

in_service as (
    select held.*
    from marts.assignment_month as held
    inner join marts.profession_evidence as evidence using (organisation_code, period, assignment_key)
    where
        held.organisation_code = $organisation
        and held.period = $period
        and held.is_employed
        and held.is_substantive
        and held.service in (select service from listed)
        and evidence.vote_status not in ('none', 'weak')
),

last_change as (
    select assignment_key, max(period) as period
    from marts.coding_change
    where organisation_code = $organisation and period <= $period
    group by assignment_key
),

unlisted as (
    select *, sum(fte) over (partition by person_key, service) as fte_in_service
    from in_service
    where person_key not in (select person_key from listed)
    qualify row_number() over (
        partition by person_key, service
        order by is_primary_recorded desc nulls last, fte desc nulls last, assignment_order, assignment_key
    ) = 1
)

select
    unlisted.person_key || '/' || unlisted.service as subject_key,
    'R' as severity,
    unlisted.person_key,
    unlisted.assignment_key,
    unlisted.position_number,
    unlisted.position_title,
    unlisted.directorate,
    unlisted.service,
    unlisted.team,
    unlisted.cost_centre,
    unlisted.profession,
    unlisted.fte_in_service::double as fte,
    null::bigint as holders,
    'service' as field,
    null::varchar as current_code,
    unlisted.service as current_name,
    'service list' as other_source,
    null::varchar as other_value,
    'In ESR for this service and on no service list; record last changed '
    || coalesce('at ' || strftime(last_change.period, '%d/%m/%Y'), 'before the months loaded') || '.' as detail
from unlisted
left join last_change using (assignment_key)
order by unlisted.person_key, unlisted.service
