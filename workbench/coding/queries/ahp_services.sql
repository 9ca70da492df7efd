-- grain: one row per service with at least one employed assignment that a source holds to be an AHP's
-- parameters: $organisation, $period
select distinct assignment_month.service
from marts.assignment_month as assignment_month
inner join marts.profession_evidence as evidence
    on evidence.organisation_code = assignment_month.organisation_code
    and evidence.period = assignment_month.period
    and evidence.assignment_key = assignment_month.assignment_key
where assignment_month.organisation_code = $organisation
    and assignment_month.period = $period
    and assignment_month.is_employed
    and (evidence.evidenced_profession is not null or evidence.staff_group_says_ahp)
order by assignment_month.service
