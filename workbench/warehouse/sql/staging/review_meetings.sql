-- grain: one row per organisation, scope, kind of meeting, date and reference
-- Words read as the code lists say; one that its list does not know stays as it was received.
with kinds as (
    select received, label
    from control.code_map
    where extract = 'review_meetings' and column_name = 'kind'
)

select
    landed.organisation_code,
    landed.scope,
    kinds.label as kind,
    landed.meeting_date,
    landed.audience,
    landed.attendance,
    landed.sample_size,
    landed.kpi,
    landed.reference,
    landed.source_file
from landed.review_meetings as landed
left join kinds on kinds.received = landed.kind
order by
    landed.organisation_code,
    landed.scope,
    landed.kind,
    landed.meeting_date,
    landed.reference
