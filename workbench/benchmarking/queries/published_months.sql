-- grain: one row per month end of the published sickness absence files
select distinct period as month
from marts.published_absence
order by month
