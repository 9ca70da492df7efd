-- grain: one row per leaving on or after the as-of date that had been entered by then
-- parameters: $organisation, $as_at. A leaving without an entry date counts as entered: the workbench holds it.
select
    leavers.person_key,
    leavers.assignment_key,
    leavers.leaving_date
from staging.leavers as leavers
where
    leavers.organisation_code = $organisation
    and leavers.leaving_date >= $as_at
    and coalesce(leavers.entered_date, $as_at) <= $as_at
order by leavers.leaving_date, leavers.person_key, leavers.assignment_key
