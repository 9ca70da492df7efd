-- grain: one row per organisation and month of the published statistics
select
    landed.organisation_code,
    landed.period,
    landed.organisation_name,
    landed.organisation_type,
    landed.region_code,
    landed.region_name,
    landed.ics_code,
    landed.ics_name,
    landed.fte_days_lost,
    landed.fte_days_available,
    landed.published_rate,
    landed.source_file
from landed.published_absence as landed
order by
    landed.organisation_code,
    landed.period
