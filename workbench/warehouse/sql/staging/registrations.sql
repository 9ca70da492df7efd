-- grain: one row per organisation, person, registration and date of check
-- Words read as the code lists say; one that its list does not know stays as it was received.
with registration_bodies as (
    select received, code, label
    from control.code_map
    where extract = 'registrations' and column_name = 'registration_body'
),

registration_types as (
    select received, code, label
    from control.code_map
    where extract = 'registrations' and column_name = 'registration_type'
),

statuses as (
    select received, code, label
    from control.code_map
    where extract = 'registrations' and column_name = 'status'
)

select
    landed.organisation_code,
    landed.person_key,
    registration_bodies.label as registration_body,
    registration_bodies.code as registration_body_code,
    registration_types.label as registration_type,
    registration_types.code as registration_type_code,
    landed.registration_key,
    statuses.label as status,
    statuses.code as status_code,
    landed.expiry_date,
    landed.checked_date,
    landed.source_file
from landed.registrations as landed
left join registration_bodies on registration_bodies.received = landed.registration_body
left join registration_types on registration_types.received = landed.registration_type
left join statuses on statuses.received = landed.status
order by
    landed.organisation_code,
    landed.person_key,
    landed.registration_body,
    landed.registration_key,
    landed.checked_date
