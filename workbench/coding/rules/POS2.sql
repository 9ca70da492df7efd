-- grain: one row per title and pay band of the organisation that stands under several occupation codes or job roles
-- parameters: $asked
-- Titles are compared without regard to case and spaces around them. The area of work is not compared: it says where
-- people work, and one title in several places is usual.
with titled as (
    select
        staff.organisation_code,
        staff.period,
        lower(trim(staff.position_title)) as title,
        staff.pay_band,
        staff.person_key,
        staff.fte,
        staff.position_number,
        staff.position_title,
        staff.directorate,
        staff.service,
        staff.team,
        staff.cost_centre,
        nullif(trim(staff.occupation_code), '') as occupation_code,
        staff.job_role,
        staff.evidenced_profession,
        staff.is_ahp_hinted
    from marts.coding_record as staff
    where (staff.organisation_code, staff.period) in (select unnest($asked, recursive := true))
        and staff.position_title is not null
        and staff.pay_band <> 'unknown'
),

-- Of these alone is there anything to write down.
with_several_values as (
    select organisation_code, period, title, pay_band
    from titled
    group by organisation_code, period, title, pay_band
    having bool_or(is_ahp_hinted)
        and (min(occupation_code) < max(occupation_code) or min(job_role) < max(job_role))
),

staff as (
    select titled.*
    from titled
    inner join with_several_values using (organisation_code, period, title, pay_band)
),

jobs as (
    select
        organisation_code,
        period,
        title,
        pay_band,
        string_agg(distinct position_number, ';' order by position_number) as positions,
        min(position_title) as position_title,
        case when count(distinct directorate) = 1 then min(directorate) else 'several' end as directorate,
        case when count(distinct service) = 1 then min(service) else 'several' end as service,
        case when count(distinct team) = 1 then min(team) else 'several' end as team,
        case when count(distinct cost_centre) = 1 then min(cost_centre) end as cost_centre,
        case when count(distinct evidenced_profession) > 1 then 'Disputed' else min(evidenced_profession) end as profession,
        sum(fte) as fte,
        count(distinct person_key) as holders
    from staff
    group by organisation_code, period, title, pay_band
),

field_values as (
    select
        organisation_code,
        period,
        title,
        pay_band,
        person_key,
        unnest([
            {'place': 1, 'field': 'occupation_code', 'held': occupation_code},
            {'place': 2, 'field': 'job_role', 'held': job_role}
        ], recursive := true)
    from staff
),

holders_by_value as (
    select organisation_code, period, title, pay_band, place, field, held, count(distinct person_key) as holders
    from field_values
    where held is not null
    group by all
),

fields_that_differ as (
    select
        organisation_code,
        period,
        title,
        pay_band,
        place,
        field,
        string_agg(held, ' | ' order by held) as held,
        string_agg(held || ' (' || holders || ')', ', ' order by holders desc, held) as holders_by_value
    from holders_by_value
    group by all
    having count(*) > 1
),

differing as (
    select
        organisation_code,
        period,
        title,
        pay_band,
        string_agg(field, ', ' order by place) as fields,
        string_agg(held, '; ' order by place) as held,
        string_agg(replace(field, '_', ' ') || ': ' || holders_by_value, '; ' order by place) as detail
    from fields_that_differ
    group by all
),

commonest_codes as (
    select organisation_code, period, title, pay_band, held as occupation_code
    from holders_by_value
    where field = 'occupation_code'
    qualify row_number() over (
        partition by organisation_code, period, title, pay_band
        order by holders desc, held
    ) = 1
)

select
    jobs.organisation_code,
    jobs.period,
    jobs.title || ' | ' || jobs.pay_band as subject_key,
    'R' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    jobs.positions as position_number,
    jobs.position_title,
    jobs.directorate,
    jobs.service,
    jobs.team,
    jobs.cost_centre,
    jobs.profession,
    jobs.fte::double as fte,
    jobs.holders,
    differing.fields as field,
    commonest_codes.occupation_code as current_code,
    listed.occupation_code_name as current_name,
    'same title and band' as other_source,
    differing.held as other_value,
    jobs.pay_band || ', people by value. ' || differing.detail || '.' as detail
from jobs
inner join differing using (organisation_code, period, title, pay_band)
left join commonest_codes using (organisation_code, period, title, pay_band)
left join reference.occupation_code as listed on listed.occupation_code = commonest_codes.occupation_code
order by jobs.organisation_code, jobs.period, jobs.title, jobs.pay_band
