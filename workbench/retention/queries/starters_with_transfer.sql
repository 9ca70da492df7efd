-- grain: one row per person and start date: what is recorded of the transfer of the ESR record, and the first placement
-- Placed by the staff list of the month of the start; someone on none, or out of scope there, is placed as unknown.
with placed as (
    select
        period,
        person_key,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        is_trainee
    from marts.person_month
    where organisation_code = $organisation
)

select
    starters.person_key,
    starters.start_date,
    starters.previous_employer_uses_esr,
    starters.iat_status,
    starters.iat_completed_date,
    coalesce(placed.directorate, 'unknown') as directorate,
    coalesce(placed.service, 'unknown') as service,
    coalesce(placed.team, 'unknown') as team,
    coalesce(placed.staff_group, 'unknown') as staff_group,
    coalesce(placed.profession, 'unknown') as profession,
    coalesce(placed.pay_band, 'unknown') as pay_band,
    coalesce(placed.is_trainee, false) as is_trainee
from staging.starters
left join placed on placed.person_key = starters.person_key and placed.period = last_day(starters.start_date)
where starters.organisation_code = $organisation
order by starters.person_key, starters.start_date
