-- grain: one row per organisation, person and profession on a service's own list
-- Words read as the code lists say; one that its list does not know stays as it was received.
with professions as (
    select received, code, label
    from control.code_map
    where extract = 'service_list' and column_name = 'profession'
)

select
    landed.organisation_code,
    landed.person_key,
    professions.label as profession,
    professions.code as profession_code,
    landed.service,
    landed.team,
    landed.pay_band,
    landed.fte,
    landed.split_percent,
    landed.source_file
from landed.service_list as landed
left join professions on professions.received = landed.profession
order by
    landed.organisation_code,
    landed.person_key,
    landed.profession
