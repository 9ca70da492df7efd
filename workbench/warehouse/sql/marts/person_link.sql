-- grain: one row per organisation and person ever listed in staff in post
-- One linked person for each human being, as far as a registration shows it: a registration number and its body read
-- the same in every organisation. A registration that two people of one organisation hold links nobody, for it is
-- mistyped or a placeholder; people without one are linked to themselves alone (docs/adr/0007-links.md).
with recursive people as (
    select distinct
        organisation_code,
        person_key
    from marts.assignment_month
),

held as (
    select distinct
        registration.organisation_code,
        registration.person_key,
        coalesce(registration.registration_body_code, registration.registration_body) as body,
        registration.registration_key
    from staging.registrations as registration
    inner join people using (organisation_code, person_key)
),

telling as (
    select
        body,
        registration_key
    from held
    group by body, registration_key
    having count(*) = count(distinct organisation_code) and count(*) > 1
),

pairs as (
    select distinct
        one.person_key as person_key,
        other.person_key as same_person_key
    from held as one
    inner join telling using (body, registration_key)
    inner join held as other using (body, registration_key)
),

reached as (
    select
        person_key,
        same_person_key
    from pairs
    union
    select
        reached.person_key,
        pairs.same_person_key
    from reached
    inner join pairs on reached.same_person_key = pairs.person_key
),

named as (
    select
        person_key,
        min(same_person_key) as linked_person
    from reached
    group by person_key
)

select
    people.organisation_code,
    people.person_key,
    coalesce(named.linked_person, people.person_key) as linked_person,
    named.linked_person is not null as is_linked
from people
left join named using (person_key)
order by people.organisation_code, people.person_key
