-- grain: one row per employed assignment of an organisation at a month end
-- parameters: $organisation, $period.
select
    organisation_code,
    assignment_key,
    person_key,
    position_number,
    position_title,
    pay_band
from marts.coding_record
where organisation_code = $organisation
    and period = $period
order by assignment_key
