-- grain: one row per organisation and month of the published sickness absence files
select
    period as month,
    organisation_code,
    organisation_name,
    organisation_type,
    region_code,
    region_name,
    fte_days_lost,
    fte_days_available,
    published_rate
from marts.published_absence
where period between $first and $last
order by month, organisation_code
