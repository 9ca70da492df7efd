-- grain: one row per person known to the organisation's staff lists or leavers by a month end
-- parameters: $organisation, $period. leaving_date: the last one by the month end, null where none is recorded.
with listed as (
    select distinct person_key
    from marts.assignment_month
    where organisation_code = $organisation and period <= $period
),

leavings as (
    select person_key, max(leaving_date) as leaving_date
    from staging.leavers
    where organisation_code = $organisation and leaving_date <= $period
    group by person_key
)

select coalesce(listed.person_key, leavings.person_key) as person_key, leavings.leaving_date
from listed
full outer join leavings on leavings.person_key = listed.person_key
order by person_key
