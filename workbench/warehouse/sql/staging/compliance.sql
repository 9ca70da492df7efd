-- grain: one row per organisation, month end and person
select
    landed.organisation_code,
    landed.period,
    landed.person_key,
    landed.appraisal_date,
    landed.required_competences,
    landed.in_date_competences,
    landed.elearning_completions,
    landed.smartcard_linked,
    landed.position_access_mapped,
    landed.source_file
from landed.compliance as landed
order by
    landed.organisation_code,
    landed.period,
    landed.person_key
