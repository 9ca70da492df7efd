-- grain: one row per organisation, month end and employed assignment
-- What a rule of the coding review looks at: the record as held, what its code means, what each field says of the
-- profession, how many people hold the position (an edit to a position changes all of them), and which assignment of a
-- person is the main one: the primary assignment, of several or none the one of most FTE, then the first by number.
with position_holders as (
    select
        organisation_code,
        period,
        position_number,
        count(distinct person_key) as holders
    from marts.assignment_month
    where is_employed
        and position_number is not null
    group by all
)

select
    held.*,
    coalesce(position_holders.holders, 1) as holders,
    listed.occupation_code_name,
    listed.occupation_level,
    listed.main_staff_group as code_main_group,
    listed.is_currently_valid as code_is_valid,
    evidence.coded_profession,
    evidence.coded_group,
    evidence.job_role_profession,
    evidence.registration_profession,
    evidence.vote_status,
    evidence.evidenced_profession,
    evidence.evidenced_level,
    evidence.radiography_branch_agrees,
    evidence.occupation_code_agrees,
    evidence.job_role_agrees,
    evidence.registration_agrees,
    coalesce(evidence.vote_status <> 'none' or held.staff_group_code = '04', false) as is_ahp_hinted,
    coalesce(evidence.vote_status not in ('none', 'weak') or held.staff_group_code = '04', false) as is_ahp_evidenced,
    row_number() over (
        partition by held.organisation_code, held.period, held.person_key
        order by
            held.is_primary_recorded desc nulls last, held.fte desc nulls last, held.assignment_order, held.assignment_key
    ) as place_of_person
from marts.assignment_month as held
inner join marts.profession_evidence as evidence
    on evidence.organisation_code = held.organisation_code
    and evidence.period = held.period
    and evidence.assignment_key = held.assignment_key
left join position_holders
    on position_holders.organisation_code = held.organisation_code
    and position_holders.period = held.period
    and position_holders.position_number = held.position_number
left join reference.occupation_code as listed on listed.occupation_code = held.occupation_code
where held.is_employed
order by held.organisation_code, held.period, held.person_key, held.assignment_order, held.assignment_key
