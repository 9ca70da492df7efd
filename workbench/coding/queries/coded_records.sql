-- grain: one row per assignment_key, employed in the organisation at the month end
-- parameters: $organisation, $period. What national statistics count the record as: by its occupation code alone.
select
    person_key,
    assignment_key,
    position_number,
    pay_band,
    service,
    coded_profession as profession,
    coalesce(fte, 0) as fte,
    is_substantive
from marts.coding_record
where organisation_code = $organisation
    and period = $period
order by person_key, assignment_key
