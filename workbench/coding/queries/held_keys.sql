-- grain: one row per assignment employed at the month end
-- parameters: $organisation, $period
select assignment_key, position_number, person_key
from marts.assignment_month
where organisation_code = $organisation and period = $period and is_employed
order by assignment_key
