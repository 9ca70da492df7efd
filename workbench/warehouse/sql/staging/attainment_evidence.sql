-- grain: one row per distinct record of a judgement on a clause, by organisation and scope
-- Words read as the code lists say; one that its list does not know stays as it was received.
with judgements as (
    select received, label
    from control.code_map
    where extract = 'attainment_evidence' and column_name = 'judgement'
)

select
    landed.organisation_code,
    landed.scope,
    landed.standard_set,
    landed.clause,
    judgements.label as judgement,
    landed.evidence_reference,
    landed.evidence_date,
    landed.valid_until,
    landed.owner,
    landed.groups_covered,
    landed.note,
    landed.source_file
from landed.attainment_evidence as landed
left join judgements on judgements.received = landed.judgement
order by
    landed.organisation_code,
    landed.scope,
    landed.standard_set,
    landed.clause,
    landed.judgement,
    landed.evidence_reference,
    landed.evidence_date,
    landed.valid_until,
    landed.owner,
    landed.groups_covered,
    landed.note
