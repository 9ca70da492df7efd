-- grain: one row per successor, predecessor and date of a merger or transfer of staff
-- Words read as the code lists say; one that its list does not know stays as it was received.
with change_kinds as (
    select received, label
    from control.code_map
    where extract = 'organisation_changes' and column_name = 'change_kind'
)

select
    landed.organisation_code,
    landed.predecessor_organisation_code,
    landed.effective_date,
    change_kinds.label as change_kind,
    landed.source_file
from landed.organisation_changes as landed
left join change_kinds on change_kinds.received = landed.change_kind
order by
    landed.organisation_code,
    landed.predecessor_organisation_code,
    landed.effective_date
