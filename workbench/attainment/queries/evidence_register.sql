-- grain: one row per record of the evidence register of an organisation and standard set
-- parameters: $organisation, $standard_set. Every record, whatever its date: what was known is decided by the date.
select
    scope,
    clause,
    judgement,
    evidence_date,
    coalesce(owner, '') as owner,
    coalesce(evidence_reference, '') as reference,
    valid_until,
    coalesce(groups_covered, '') as groups_covered,
    coalesce(note, '') as note
from staging.attainment_evidence
where
    organisation_code = $organisation
    and standard_set = $standard_set
order by all
