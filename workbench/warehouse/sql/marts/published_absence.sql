-- grain: one row per organisation and month of NHS England's published sickness absence statistics
-- Every row counts towards totals; one with 330 FTE days available or fewer, or with none stated, is not to be shown by itself.
select
    organisation_code,
    period,
    organisation_name,
    organisation_type,
    region_code,
    region_name,
    ics_code,
    ics_name,
    fte_days_lost,
    fte_days_available,
    published_rate,
    case
        when fte_days_available > 0 then round(100 * fte_days_lost::double / fte_days_available::double, 2)
    end as recomputed_rate,
    coalesce(fte_days_available <= 330, true) as is_blanked
from staging.published_absence
order by organisation_code, period
