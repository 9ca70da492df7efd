-- grain: one row per organisation of the published sickness absence files
select distinct organisation_code
from marts.published_absence
order by organisation_code
