-- grain: one row per allied health professional and service in ESR whom no service list names
-- Only services that keep a list can be compared; the list bears no date, so only with the latest month loaded.
-- Bank and honorary staff are not expected on a list, and a hint alone does not make an AHP.
with latest as (
    select organisation_code, max(period) as period
    from marts.assignment_month
    group by organisation_code
    having (organisation_code, max(period)) in (select unnest($asked, recursive := true))
),

listed as (
    select organisation_code, person_key, service
    from staging.service_list
    where organisation_code in (select organisation_code from latest)
),

in_service as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from latest)
        and (organisation_code, service) in (select organisation_code, service from listed)
        and is_substantive
        and vote_status not in ('none', 'weak')
),

last_change as (
    select organisation_code, assignment_key, max(period) as period
    from marts.coding_change
    where organisation_code in (select organisation_code from latest)
    group by organisation_code, assignment_key
),

unlisted as (
    select *, sum(fte) over (partition by organisation_code, person_key, service) as fte_in_service
    from in_service
    where (organisation_code, person_key) not in (select organisation_code, person_key from listed)
    qualify row_number() over (
        partition by organisation_code, person_key, service
        order by place_of_person
    ) = 1
)

select
    unlisted.organisation_code,
    unlisted.period,
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
left join last_change using (organisation_code, assignment_key)
order by unlisted.organisation_code, unlisted.period, unlisted.person_key, unlisted.service
