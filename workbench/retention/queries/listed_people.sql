-- grain: one row per month end and person listed in scope (substantive contract, employed), with the person's placement
select
    period,
    person_key,
    directorate,
    service,
    team,
    staff_group,
    profession,
    pay_band,
    is_trainee,
    fte
from marts.person_month
where organisation_code = $organisation
order by period, person_key
