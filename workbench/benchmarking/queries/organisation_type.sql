-- grain: one row per organisation served (none or one)
select organisation_type
from marts.organisation
where organisation_code = $organisation
