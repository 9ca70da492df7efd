-- grain: one row per month end in which at least one sickness episode begins
select distinct last_day(first_day) as month
from staging.absence
where
    organisation_code = $organisation
    and lower(absence_type) = 'sickness'
order by month
