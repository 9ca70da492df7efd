-- grain: one row per person whom a service list splits between professions and who has one assignment
-- parameters: $asked. A split without FTE is worked out from its percentage of the assignment's FTE.
with listed_twice as (
    select organisation_code, person_key
    from staging.service_list
    where profession is not null
    group by organisation_code, person_key
    having count(*) > 1
),

staff as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and (organisation_code, person_key) in (from listed_twice)
    qualify count(*) over (partition by organisation_code, period, person_key) = 1
),

splits as (
    select
        staff.organisation_code,
        staff.period,
        staff.person_key,
        listed.profession,
        listed.profession_code,
        sum(coalesce(listed.fte, listed.split_percent * staff.fte::decimal(9, 4) * 0.01)) as fte
    from staging.service_list as listed
    inner join staff using (organisation_code, person_key)
    where listed.profession is not null
    group by staff.organisation_code, staff.period, staff.person_key, listed.profession, listed.profession_code
    qualify count(*) over (partition by staff.organisation_code, staff.period, staff.person_key) > 1
),

-- What each part would be coded as: the listed code of its profession at the level of the code now held.
codes as (
    select
        splits.organisation_code,
        splits.period,
        splits.person_key,
        splits.profession,
        string_agg(distinct listed.occupation_code, ' or ' order by listed.occupation_code) as codes
    from splits
    inner join staff using (organisation_code, period, person_key)
    inner join reference.profession_vote as vote
        on vote.profession = splits.profession_code
        and vote.source = 'occupation_code'
        and vote.strength = 'strong'
    inner join reference.occupation_code as listed
        on listed.occupation_code = vote.code
        and listed.is_currently_valid
        and left(listed.occupation_code, 2) = left(staff.occupation_code, 2)
    group by all
),

stated as (
    select
        splits.organisation_code,
        splits.period,
        splits.person_key,
        string_agg(
            coalesce(format('{:g}', splits.fte::double) || ' ', '') || coalesce(codes.codes, splits.profession), ' + '
            order by splits.fte desc nulls last, splits.profession
        ) as expected,
        string_agg(
            coalesce(format('{:g}', splits.fte::double) || ' FTE ', '') || splits.profession, ', '
            order by splits.fte desc nulls last, splits.profession
        ) as split
    from splits
    left join codes using (organisation_code, period, person_key, profession)
    group by splits.organisation_code, splits.period, splits.person_key
)

select
    staff.organisation_code,
    staff.period,
    staff.person_key as subject_key,
    'R' as severity,
    staff.person_key,
    staff.assignment_key,
    staff.position_number,
    staff.position_title,
    staff.directorate,
    staff.service,
    staff.team,
    staff.cost_centre,
    staff.evidenced_profession as profession,
    staff.fte::double as fte,
    staff.holders,
    'assignments' as field,
    staff.occupation_code as current_code,
    staff.occupation_code_name as current_name,
    'service list' as other_source,
    stated.expected as other_value,
    'The service list splits the time (' || stated.split || '); ESR holds one assignment of '
    || format('{:g}', coalesce(staff.fte, 0)::double) || ' FTE.' as detail
from stated
inner join staff using (organisation_code, period, person_key)
order by staff.organisation_code, staff.period, staff.person_key
