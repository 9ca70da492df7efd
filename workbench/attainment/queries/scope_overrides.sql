-- grain: one row per scope override in force on the as-of date
-- parameters: $organisation, $as_at
select
    scope_overrides.kind,
    scope_overrides.team,
    scope_overrides.person_key,
    scope_overrides.effective_from,
    scope_overrides.effective_to
from staging.scope_overrides as scope_overrides
where scope_overrides.organisation_code = $organisation
    and scope_overrides.effective_from <= $as_at
    and coalesce(scope_overrides.effective_to, $as_at) >= $as_at
order by scope_overrides.kind, scope_overrides.effective_from, scope_overrides.team, scope_overrides.person_key
