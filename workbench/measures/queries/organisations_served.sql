-- grain: one row per organisation whose extracts are served
select organisation_code
from marts.organisation
order by organisation_code
