-- grain: one row per organisation, month end and assignment listed in staff in post
-- Every listed assignment is here, in scope or not, so that each exclusion can be counted.
-- Active is status 01, 02 or 05; 13 and the retired 04, 11 and 12 are not staff; an unknown status is employed but
-- not active, and an unknown contract type is outside every rate (our choices, docs/methodology).
with read_statuses as (
    select
        *,
        coalesce(assignment_status_code not in ('04', '11', '12', '13'), true) as is_employed,
        coalesce(assignment_status_code in ('01', '02', '05'), false) as is_active,
        coalesce(contract_type_code in ('02', '04', '05'), false) as is_substantive,
        contract_type_code is not null as is_contract_known
    from staging.staff_in_post
),

professions as (
    select
        organisation_code,
        period,
        assignment_key,
        evidenced_profession,
        evidenced_level
    from marts.profession_evidence
),

training_roles as (
    select code
    from reference.training_role
)

select
    listed.organisation_code,
    listed.period,
    listed.person_key,
    listed.assignment_key,
    listed.assignment_order,
    listed.primary_assignment as is_primary_recorded,
    listed.assignment_status_code,
    listed.assignment_status,
    listed.is_employed,
    listed.is_active,
    listed.contract_type_code,
    listed.contract_type,
    listed.is_substantive,
    listed.is_contract_known,
    listed.staff_group_code,
    coalesce(listed.staff_group, 'unknown') as staff_group,
    listed.job_role_code,
    listed.job_role,
    listed.area_of_work,
    upper(trim(coalesce(listed.occupation_code_code, listed.occupation_code))) as occupation_code,
    coalesce(listed.directorate, 'unknown') as directorate,
    coalesce(listed.service, 'unknown') as service,
    coalesce(listed.team, 'unknown') as team,
    listed.cost_centre,
    listed.subjective_code,
    coalesce(listed.pay_band, 'unknown') as pay_band,
    listed.position_number,
    listed.position_title,
    listed.contracted_fte::decimal(18, 4) as fte,
    listed.contracted_hours,
    listed.organisation_start_date,
    listed.assignment_start_date,
    listed.contract_end_date,
    listed.supervisor_person_key,
    coalesce(listed.age_band, 'unknown') as age_band,
    listed.gender,
    coalesce(professions.evidenced_profession, 'Not an AHP') as profession,
    professions.evidenced_level as profession_level,
    training_roles.code is not null as is_trainee
from read_statuses as listed
left join professions using (organisation_code, period, assignment_key)
left join training_roles on training_roles.code = listed.job_role_code
order by listed.organisation_code, listed.period, listed.person_key, listed.assignment_order, listed.assignment_key
