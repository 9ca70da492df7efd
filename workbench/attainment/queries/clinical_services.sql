-- grain: one row per service with employed clinical staff at the newest month end on or before the as-of date
-- parameters: $organisation, $as_at
with newest as (
    select max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation
        and period <= $as_at
)

select distinct assignment_month.service
from marts.assignment_month as assignment_month
inner join newest on assignment_month.period = newest.period
where assignment_month.organisation_code = $organisation
    and assignment_month.is_employed
    and assignment_month.is_substantive
    and coalesce(assignment_month.staff_group_code, '') not in ('02', '08', '09', '10')
order by assignment_month.service
