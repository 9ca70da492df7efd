-- grain: one row per organisation, kind of override, team or person, and effective date
-- Words read as the code lists say; one that its list does not know stays as it was received.
with kinds as (
    select received, label
    from control.code_map
    where extract = 'scope_overrides' and column_name = 'kind'
)

select
    landed.organisation_code,
    kinds.label as kind,
    landed.team,
    landed.person_key,
    landed.reason,
    landed.owner,
    landed.effective_from,
    landed.effective_to,
    landed.source_file
from landed.scope_overrides as landed
left join kinds on kinds.received = landed.kind
order by
    landed.organisation_code,
    landed.kind,
    landed.team,
    landed.person_key,
    landed.effective_from
