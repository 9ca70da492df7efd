-- grain: one row per month end whose staff in post is loaded for the organisation
select distinct period
from marts.assignment_month
where organisation_code = $organisation
order by period
