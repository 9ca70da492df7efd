-- grain: one row per organisation in the list of organisations
-- Words read as the code lists say; one that its list does not know stays as it was received.
with organisation_types as (
    select received, label
    from control.code_map
    where extract = 'organisations' and column_name = 'organisation_type'
)

select
    landed.organisation_code,
    landed.organisation_name,
    organisation_types.label as organisation_type,
    landed.is_fictional,
    landed.predecessor_organisation_code,
    landed.source_file
from landed.organisations as landed
left join organisation_types on organisation_types.received = landed.organisation_type
order by
    landed.organisation_code
