-- grain: one row per organisation, month end, employed person and registration in one of the 14 professions
-- As known at the month end: the last check on or before it. Whether that check is fresh enough is for the reader of
-- this table to say (`checked_date`), because the number of days is a local choice; the expiry day itself is in date.
with professions_registered as (
    select
        vote.source,
        vote.code,
        case
            when bool_and(named.is_arts_therapy) and count(*) > 1 then 'Arts therapist, type not stated'
            else string_agg(distinct named.label, ' and ')
        end as profession
    from reference.profession_vote as vote
    inner join reference.profession as named using (profession)
    where vote.source in ('registration_type', 'registration_body')
        and vote.strength = 'strong'
    group by all
),

people as (
    select distinct organisation_code, period, person_key
    from marts.assignment_month
    where is_employed
),

last_checks as (
    select
        people.organisation_code,
        people.period,
        people.person_key,
        checked.registration_body_code,
        checked.registration_body,
        checked.registration_type_code,
        checked.registration_type,
        checked.registration_key,
        checked.status_code,
        checked.status,
        checked.expiry_date,
        checked.checked_date
    from people
    inner join staging.registrations as checked
        on checked.organisation_code = people.organisation_code
        and checked.person_key = people.person_key
        and checked.checked_date <= people.period
    qualify row_number() over (
        partition by
            people.organisation_code, people.period, people.person_key, checked.registration_body, checked.registration_key
        order by checked.checked_date desc
    ) = 1
)

select
    last_checks.*,
    coalesce(by_type.profession, by_body.profession) as profession,
    last_checks.expiry_date >= last_checks.period as is_in_date
from last_checks
left join professions_registered as by_type
    on by_type.source = 'registration_type' and by_type.code = last_checks.registration_type_code
left join professions_registered as by_body
    on by_body.source = 'registration_body' and by_body.code = last_checks.registration_body_code
where coalesce(by_type.profession, by_body.profession) is not null
order by
    last_checks.organisation_code,
    last_checks.period,
    last_checks.person_key,
    last_checks.registration_body,
    last_checks.registration_key
