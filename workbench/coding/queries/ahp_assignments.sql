-- grain: one row per period and assignment_key, employed, that at least one source holds to be an AHP's
-- parameters: $organisation, $first, $last (month ends, both included). Each source's own answer stands in its own
-- column and is null where that source names no profession; contract types are all here, the caller chooses.
select
    evidence.period as month,
    evidence.organisation_code as organisation,
    evidence.person_key,
    evidence.assignment_key,
    evidence.fte,
    evidence.coded_profession as coded,
    evidence.coded_group,
    evidence.job_role_profession as job_role,
    evidence.registration_profession as registration,
    evidence.evidenced_profession as evidenced,
    evidence.staff_group_says_ahp,
    evidence.evidenced_level as level,
    assignment_month.is_substantive,
    assignment_month.directorate,
    assignment_month.service,
    assignment_month.team,
    assignment_month.staff_group,
    assignment_month.pay_band
from marts.profession_evidence as evidence
inner join marts.assignment_month as assignment_month
    on evidence.organisation_code = assignment_month.organisation_code
    and evidence.period = assignment_month.period
    and evidence.assignment_key = assignment_month.assignment_key
where evidence.organisation_code = $organisation
    and evidence.period between $first and $last
    and evidence.is_employed
    and (
        evidence.coded_profession is not null
        or evidence.job_role_profession is not null
        or evidence.registration_profession is not null
        or evidence.evidenced_profession is not null
        or evidence.staff_group_says_ahp
    )
order by evidence.period, evidence.person_key, evidence.assignment_key
