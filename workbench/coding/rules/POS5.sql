-- grain: one row per position and blank field: occupation code, job role or area of work
-- parameters: $asked
-- An assignment without a position number stands for itself.
with staff as (
    select
        staff.organisation_code,
        staff.period,
        coalesce(staff.position_number, staff.assignment_key) as subject_key,
        staff.position_number,
        case when staff.position_number is null then staff.assignment_key end as assignment_key,
        case when staff.position_number is null then staff.person_key end as lone_person_key,
        staff.person_key,
        staff.fte,
        staff.position_title,
        staff.directorate,
        staff.service,
        staff.team,
        staff.cost_centre,
        nullif(trim(staff.occupation_code), '') as occupation_code,
        nullif(trim(staff.job_role), '') as job_role,
        nullif(trim(staff.area_of_work), '') as area_of_work,
        staff.evidenced_profession
    from marts.coding_record as staff
    where (staff.organisation_code, staff.period) in (select unnest($asked, recursive := true))
        and staff.is_ahp_hinted
),

fields as (
    select *, 'occupation_code' as field, occupation_code is null as is_blank from staff
    union all
    select *, 'job_role', job_role is null from staff
    union all
    select *, 'area_of_work', area_of_work is null from staff
),

blanks as (
    select
        organisation_code,
        period,
        subject_key,
        field,
        min(position_number) as position_number,
        min(assignment_key) as assignment_key,
        min(lone_person_key) as person_key,
        min(position_title) as position_title,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        min(cost_centre) as cost_centre,
        case when count(distinct evidenced_profession) > 1 then 'Disputed' else min(evidenced_profession) end as profession,
        sum(fte) as fte,
        count(distinct person_key) as holders,
        count(distinct person_key) filter (where is_blank) as blank_for,
        min(occupation_code) as occupation_code
    from fields
    group by organisation_code, period, subject_key, field
    having bool_or(is_blank)
)

select
    blanks.organisation_code,
    blanks.period,
    blanks.subject_key,
    'E' as severity,
    blanks.person_key,
    blanks.assignment_key,
    blanks.position_number,
    blanks.position_title,
    blanks.directorate,
    blanks.service,
    blanks.team,
    blanks.cost_centre,
    blanks.profession,
    blanks.fte::double as fte,
    blanks.holders,
    blanks.field,
    blanks.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    null::varchar as other_source,
    null::varchar as other_value,
    'The ' || replace(blanks.field, '_', ' ') || ' is blank for ' || blanks.blank_for || ' of ' || blanks.holders || ' holders.' as detail
from blanks
left join reference.occupation_code as listed on listed.occupation_code = blanks.occupation_code
order by blanks.organisation_code, blanks.period, blanks.subject_key, blanks.field
