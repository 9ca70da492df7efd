-- grain: one row per period and assignment_key: employed, on a substantive contract, evidenced an AHP's or disputed
-- parameters: $organisation, $first, $last (month ends, both included), $not_evidenced (the label of weak hints)
select
    period as month,
    person_key,
    assignment_key,
    position_number,
    service,
    fte
from marts.coding_record
where organisation_code = $organisation
    and period between $first and $last
    and is_substantive
    and evidenced_profession is not null
    and evidenced_profession <> $not_evidenced
order by period, person_key, assignment_key
