-- grain: one row per recorded leaving up to a date: person, assignment (where given) and leaving date
-- next_month is the first month end loaded after the leaving date; listed_by_another says whether an assignment in scope
-- other than the one that ended is listed there, under a start of service before the leaving.
with months as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation and period <= $as_at
),

leavings as (
    select
        leavers.person_key,
        leavers.assignment_key,
        leavers.leaving_date,
        leavers.leaving_reason,
        leavers.leaving_reason_code,
        leavers.destination_on_leaving,
        leavers.destination_on_leaving_code,
        min(months.period) as next_month
    from staging.leavers as leavers
    left join months on leavers.leaving_date < months.period
    where leavers.organisation_code = $organisation and leavers.leaving_date <= $as_at
    group by all
),

continuing as (
    select distinct
        leavings.person_key,
        leavings.assignment_key,
        leavings.leaving_date
    from leavings
    inner join marts.assignment_spell as spell
        on
            leavings.person_key = spell.person_key
            and leavings.next_month between spell.first_month and spell.last_month
            and leavings.assignment_key <> spell.assignment_key
            and spell.organisation_start_date <= leavings.leaving_date
    where spell.organisation_code = $organisation and spell.is_substantive and spell.is_employed
)

select
    leavings.*,
    continuing.person_key is not null as listed_by_another
from leavings
left join continuing
    on
        leavings.person_key = continuing.person_key
        and leavings.assignment_key = continuing.assignment_key
        and leavings.leaving_date = continuing.leaving_date
order by leavings.person_key, leavings.leaving_date, leavings.assignment_key
