-- grain: one row
-- The people of the organisation's self-service list at the month end; no row where it is not loaded.
-- parameters: $organisation, $period, $service (empty: all), $since (a log-in on this day or later counts as recent)
with people_of_service as (
    select distinct person_key
    from marts.assignment_month
    where organisation_code = $organisation
        and period = $period
        and is_employed
        and ($service = '' or service = $service)
)

select
    count(distinct self_service.person_key) as staff,
    count(distinct self_service.person_key) filter (
        self_service.ess_enabled and self_service.ess_last_login >= $since
    ) as staff_recent,
    count(distinct self_service.person_key) filter (self_service.mss_role) as managers,
    count(distinct self_service.person_key) filter (
        self_service.mss_role and self_service.mss_last_login >= $since
    ) as managers_recent
from staging.self_service as self_service
inner join people_of_service using (person_key)
where self_service.organisation_code = $organisation
    and self_service.period = $period
having count(*) > 0
