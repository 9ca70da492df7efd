-- grain: one row
-- parameters: $organisation, $as_at. Persons whose leaving date lies before the as-of date but was entered after it:
-- the leaving date decides, and the result says how many people that concerns.
select count(distinct leavers.person_key)::bigint as persons
from staging.leavers as leavers
where leavers.organisation_code = $organisation
    and leavers.leaving_date < $as_at
    and leavers.entered_date > $as_at
