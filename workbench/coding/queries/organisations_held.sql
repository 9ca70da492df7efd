-- grain: one row per organisation of which staff in post is loaded
select distinct organisation_code
from marts.coding_record
order by organisation_code
