-- grain: one row per organisation, person and start date
-- Words read as the code lists say; one that its list does not know stays as it was received.
with recruitment_sources as (
    select received, code, label
    from control.code_map
    where extract = 'starters' and column_name = 'recruitment_source'
),

iat_statuses as (
    select received, label
    from control.code_map
    where extract = 'starters' and column_name = 'iat_status'
)

select
    landed.organisation_code,
    landed.person_key,
    landed.start_date,
    recruitment_sources.label as recruitment_source,
    recruitment_sources.code as recruitment_source_code,
    landed.previous_employer,
    landed.previous_employer_uses_esr,
    iat_statuses.label as iat_status,
    landed.iat_completed_date,
    landed.occupational_health_received_date,
    landed.created_by_interface,
    landed.source_file
from landed.starters as landed
left join recruitment_sources on recruitment_sources.received = landed.recruitment_source
left join iat_statuses on iat_statuses.received = landed.iat_status
order by
    landed.organisation_code,
    landed.person_key,
    landed.start_date
