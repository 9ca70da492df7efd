-- grain: one row per person who supervises somebody at the newest month end on or before the as-of date
-- parameters: $organisation, $as_at. Who agrees plans is no field of ESR: supervisors stand for them (our choice).
with newest as (
    select max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation and period <= $as_at
)

select
    listed.supervisor_person_key as person_key,
    list(distinct listed.person_key order by listed.person_key) as people
from marts.assignment_month as listed
inner join newest on newest.period = listed.period
where
    listed.organisation_code = $organisation
    and listed.is_employed
    and listed.supervisor_person_key is not null
group by all
order by all
