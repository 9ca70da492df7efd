-- grain: one row per organisation, assignment and unbroken run of loaded month ends in which nothing about it changes
-- Every assignment listed is here, in scope or not, as in marts.assignment_month, which expanding first_month to
-- last_month gives back row for row. The rule is that of marts.person_spell.
with listed as (
    select
        *,
        row(
            person_key,
            assignment_order,
            is_primary_recorded,
            assignment_status_code,
            assignment_status,
            is_employed,
            is_active,
            contract_type_code,
            contract_type,
            is_substantive,
            is_contract_known,
            staff_group_code,
            staff_group,
            job_role_code,
            job_role,
            area_of_work,
            occupation_code,
            directorate,
            service,
            team,
            cost_centre,
            subjective_code,
            pay_band,
            position_number,
            position_title,
            fte,
            contracted_hours,
            organisation_start_date,
            assignment_start_date,
            contract_end_date,
            supervisor_person_key,
            age_band,
            gender,
            profession,
            profession_level,
            is_trainee
        ) as attributes
    from marts.assignment_month
),

beside as (
    select
        *,
        lag(period) over history as previous_period,
        lag(attributes) over history as previous_attributes,
        max(period) over (partition by organisation_code, assignment_key) as final_period
    from listed
    window history as (partition by organisation_code, assignment_key order by period)
),

begun as (
    select *
    from beside
    where
        previous_period is distinct from last_day(period - interval 1 month)
        or previous_attributes is distinct from attributes
)

select
    organisation_code,
    assignment_key,
    period as first_month,
    coalesce(lead(previous_period) over history, final_period) as last_month,
    person_key,
    assignment_order,
    is_primary_recorded,
    assignment_status_code,
    assignment_status,
    is_employed,
    is_active,
    contract_type_code,
    contract_type,
    is_substantive,
    is_contract_known,
    staff_group_code,
    staff_group,
    job_role_code,
    job_role,
    area_of_work,
    occupation_code,
    directorate,
    service,
    team,
    cost_centre,
    subjective_code,
    pay_band,
    position_number,
    position_title,
    fte,
    contracted_hours,
    organisation_start_date,
    assignment_start_date,
    contract_end_date,
    supervisor_person_key,
    age_band,
    gender,
    profession,
    profession_level,
    is_trainee
from begun
window history as (partition by organisation_code, assignment_key order by period)
order by organisation_code, assignment_key, first_month
