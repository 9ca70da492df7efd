-- grain: one row per organisation, person and unbroken run of loaded month ends in which the person is unchanged
-- A run ends where anything that marts.person_month holds of the person changes, where the person is not listed, and
-- where a calendar month is not loaded: what happened in between is unknown. Expanding first_month to last_month gives
-- marts.person_month back, row for row (docs/adr/0006-spells.md).
with listed as (
    select
        *,
        row(
            is_active,
            fte,
            fte_active,
            staff_group,
            staff_group_code,
            job_role_code,
            profession,
            directorate,
            service,
            team,
            pay_band,
            age_band,
            occupation_code,
            position_number,
            assignment_key,
            is_trainee,
            assignments
        ) as attributes
    from marts.person_month
),

beside as (
    select
        *,
        lag(period) over history as previous_period,
        lag(attributes) over history as previous_attributes,
        max(period) over (partition by organisation_code, person_key) as final_period
    from listed
    window history as (partition by organisation_code, person_key order by period)
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
    person_key,
    period as first_month,
    coalesce(lead(previous_period) over history, final_period) as last_month,
    is_active,
    fte,
    fte_active,
    staff_group,
    staff_group_code,
    job_role_code,
    profession,
    directorate,
    service,
    team,
    pay_band,
    age_band,
    occupation_code,
    position_number,
    assignment_key,
    is_trainee,
    assignments
from begun
window history as (partition by organisation_code, person_key order by period)
order by organisation_code, person_key, first_month
