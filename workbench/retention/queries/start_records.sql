-- grain: one row per person and start date recorded in the starters extract
select distinct
    person_key,
    start_date
from staging.starters
where organisation_code = $organisation
order by person_key, start_date
