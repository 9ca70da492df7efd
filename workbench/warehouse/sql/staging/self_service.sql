-- grain: one row per organisation, month end and person
select
    landed.organisation_code,
    landed.period,
    landed.person_key,
    landed.ess_enabled,
    landed.ess_last_login,
    landed.mss_role,
    landed.mss_last_login,
    landed.open_notifications,
    landed.oldest_notification_days,
    landed.source_file
from landed.self_service as landed
order by
    landed.organisation_code,
    landed.period,
    landed.person_key
