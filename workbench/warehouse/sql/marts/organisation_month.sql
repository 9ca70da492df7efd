-- grain: one row per organisation and month end whose staff in post is loaded
select
    organisation_code,
    period,
    count(*)::bigint as assignments,
    count(distinct person_key)::bigint as people
from marts.assignment_month
group by organisation_code, period
order by organisation_code, period
