-- grain: one row per organisation that any extract in use describes (published statistics apart)
-- An organisation without an entry in the list of organisations is named by its code.
with served as (
    select distinct unnest(organisations) as organisation_code
    from control.load_file
    where is_live and extract <> 'published_absence'
),

months as (
    select
        organisation_code,
        min(period) as first_period,
        max(period) as last_period
    from staging.staff_in_post
    group by organisation_code
)

select
    served.organisation_code,
    coalesce(listed.organisation_name, served.organisation_code) as organisation_name,
    coalesce(listed.organisation_type, 'unknown') as organisation_type,
    coalesce(listed.is_fictional, false) as is_fictional,
    months.first_period,
    months.last_period
from served
left join staging.organisations as listed using (organisation_code)
left join months using (organisation_code)
order by served.organisation_code
