-- grain: one row per month end and assignment listed, in scope or not, with the dates recorded on it
select
    period,
    person_key,
    assignment_key,
    is_substantive and is_employed as in_scope,
    fte,
    organisation_start_date,
    assignment_start_date
from marts.assignment_month
where organisation_code = $organisation
order by period, person_key, assignment_key
