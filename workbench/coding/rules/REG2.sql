-- grain: one row per person and kind of registration that has run out (error) or is soon due (information)
-- parameters: $asked, $registration_fresh_days, $registration_due_days. The expiry day itself is in date.
-- Only checks fresh at the month end are read: an older one is not verified, which is REG3. Someone in date under another
-- number of the same kind has renewed; a second profession that has run out matters where the post is of it.
with asked as (
    select unnest($asked, recursive := true)
),

posts as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (from asked)
        and is_active
        and (coded_profession is not null or job_role_profession is not null or staff_group_code = '04')
        and coalesce(evidenced_level, 'qualified') = 'qualified'
    qualify row_number() over (partition by organisation_code, period, person_key order by place_of_person) = 1
),

fresh as (
    select
        organisation_code,
        period,
        person_key,
        profession,
        max(registration_type) as registration_type,
        max(registration_body) as registration_body,
        max(expiry_date) as expiry_date,
        max(checked_date) as checked_date,
        bool_or(coalesce(is_in_date, true) and coalesce(status_code <> '02', true)) as is_in_date
    from marts.ahp_registration
    where (organisation_code, period) in (from asked)
        and checked_date >= period - $registration_fresh_days::integer
    group by organisation_code, period, person_key, profession
),

people_in_date as (
    select distinct organisation_code, period, person_key
    from fresh
    where is_in_date
),

doubtful as (
    select
        posts.*,
        fresh.profession as registered_profession,
        coalesce(fresh.registration_type, fresh.registration_body) as registered_as,
        fresh.expiry_date,
        fresh.checked_date,
        fresh.is_in_date
    from posts
    inner join fresh using (organisation_code, period, person_key)
    where (not fresh.is_in_date or fresh.expiry_date <= posts.period + $registration_due_days::integer)
        and (
            (posts.organisation_code, posts.period, posts.person_key) not in (from people_in_date)
            or fresh.is_in_date
            or fresh.profession = posts.evidenced_profession
            or (
                starts_with(fresh.profession, 'Arts therapist')
                and posts.evidenced_profession in (select label from reference.profession where is_arts_therapy)
            )
        )
)

select
    organisation_code,
    period,
    person_key as subject_key,
    case when is_in_date then 'I' else 'E' end as severity,
    person_key,
    assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    evidenced_profession as profession,
    fte::double as fte,
    holders,
    'registration' as field,
    occupation_code as current_code,
    occupation_code_name as current_name,
    registered_as as other_source,
    registered_profession || case when is_in_date then ', due ' else ', expired ' end
    || coalesce(strftime(expiry_date, '%d/%m/%Y'), 'without a date') as other_value,
    case
        when is_in_date
            then 'In date until ' || strftime(expiry_date, '%d/%m/%Y') || ': due in '
            || date_diff('day', period, expiry_date) || ' days.'
        when expiry_date < period then 'Expired on ' || strftime(expiry_date, '%d/%m/%Y') || '.'
        else 'The register calls it expired.'
    end || ' Checked on ' || strftime(checked_date, '%d/%m/%Y') || '.' as detail
from doubtful
order by organisation_code, period, person_key, registered_profession
