-- grain: one row per organisation, month end and assignment
-- Words read as the code lists say; one that its list does not know stays as it was received.
-- Names of job roles repeat across staff groups: such a name is read together with its staff group.
with assignment_statuses as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'assignment_status'
),

contract_types as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'contract_type'
),

staff_groups as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'staff_group'
),

job_roles as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'job_role'
),

areas_of_work as (
    select received, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'area_of_work'
),

occupation_codes as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'occupation_code'
),

genders as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'gender'
),

ethnic_categories as (
    select received, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'ethnic_category'
),

disabilities as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'disability'
),

religions_or_beliefs as (
    select received, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'religion_or_belief'
),

sexual_orientations as (
    select received, code, label
    from control.code_map
    where extract = 'staff_in_post' and column_name = 'sexual_orientation'
)

select
    landed.organisation_code,
    landed.period,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    landed.primary_assignment,
    assignment_statuses.label as assignment_status,
    assignment_statuses.code as assignment_status_code,
    contract_types.label as contract_type,
    contract_types.code as contract_type_code,
    landed.position_number,
    landed.position_title,
    landed.directorate,
    landed.service,
    landed.team,
    landed.cost_centre,
    landed.subjective_code,
    staff_groups.label as staff_group,
    staff_groups.code as staff_group_code,
    coalesce(job_roles.label, job_roles_in_group.label) as job_role,
    coalesce(job_roles.code, job_roles_in_group.code) as job_role_code,
    areas_of_work.label as area_of_work,
    occupation_codes.label as occupation_code,
    occupation_codes.code as occupation_code_code,
    landed.pay_band,
    landed.contracted_fte,
    landed.contracted_hours,
    landed.organisation_start_date,
    landed.nhs_start_date,
    landed.assignment_start_date,
    landed.contract_end_date,
    landed.supervisor_person_key,
    landed.age_band,
    genders.label as gender,
    genders.code as gender_code,
    ethnic_categories.label as ethnic_category,
    disabilities.label as disability,
    disabilities.code as disability_code,
    religions_or_beliefs.label as religion_or_belief,
    sexual_orientations.label as sexual_orientation,
    sexual_orientations.code as sexual_orientation_code,
    landed.equality_confirmed_date,
    landed.equality_recorded_date,
    landed.source_file
from landed.staff_in_post as landed
left join assignment_statuses on assignment_statuses.received = landed.assignment_status
left join contract_types on contract_types.received = landed.contract_type
left join staff_groups on staff_groups.received = landed.staff_group
left join job_roles on job_roles.received = landed.job_role
left join job_roles as job_roles_in_group
    on job_roles_in_group.received = coalesce(staff_groups.label, '') || ' | ' || landed.job_role
left join areas_of_work on areas_of_work.received = landed.area_of_work
left join occupation_codes on occupation_codes.received = landed.occupation_code
left join genders on genders.received = landed.gender
left join ethnic_categories on ethnic_categories.received = landed.ethnic_category
left join disabilities on disabilities.received = landed.disability
left join religions_or_beliefs on religions_or_beliefs.received = landed.religion_or_belief
left join sexual_orientations on sexual_orientations.received = landed.sexual_orientation
order by
    landed.organisation_code,
    landed.period,
    landed.person_key,
    landed.assignment_order,
    landed.assignment_key
