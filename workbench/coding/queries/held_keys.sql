-- grain: one row per month end and assignment employed at it
-- parameters: $organisation, $months
select period as month, assignment_key, position_number, person_key
from marts.assignment_month
where organisation_code = $organisation and period in (select unnest($months::date[])) and is_employed
order by period, assignment_key
