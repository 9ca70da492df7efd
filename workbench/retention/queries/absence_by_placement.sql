-- grain: one row per month end and placement (directorate, service, team, staff group, profession, pay band)
with staff as (
    select
        period,
        date_trunc('month', period)::date as first_of_month,
        person_key,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        fte
    from marts.person_month
    where
        organisation_code = $organisation
        and period between $first and $last
),

episodes as (
    select
        person_key,
        first_day,
        last_day,
        fte_days_lost / (last_day - first_day + 1) as fte_days_lost_a_day
    from staging.absence
    where
        organisation_code = $organisation
        and lower(absence_type) = 'sickness'
        and (last_day is null or last_day >= first_day)
),

-- The part of each episode that lies inside a month, for people who are employed at the end of that month.
episode_months as (
    select
        staff.period,
        staff.person_key,
        least(coalesce(episodes.last_day, staff.period), staff.period)
        - greatest(episodes.first_day, staff.first_of_month)
        + 1 as days_in_month,
        coalesce(episodes.fte_days_lost_a_day, staff.fte) as fte_days_lost_a_day
    from staff
    inner join episodes
        on
            staff.person_key = episodes.person_key
            and episodes.first_day <= staff.period
            and coalesce(episodes.last_day, staff.period) >= staff.first_of_month
),

lost as (
    select
        period,
        person_key,
        sum(days_in_month * fte_days_lost_a_day) as fte_days_lost
    from episode_months
    group by period, person_key
)

select
    staff.period as month,
    $organisation as organisation,
    staff.directorate,
    staff.service,
    staff.team,
    staff.staff_group,
    staff.profession,
    staff.pay_band,
    count(*) as people,
    count(lost.person_key) as people_absent,
    coalesce(sum(lost.fte_days_lost), 0)::double as fte_days_lost,
    sum(staff.fte * day(staff.period))::double as fte_days_available
from staff
left join lost
    on staff.period = lost.period and staff.person_key = lost.person_key
group by all
order by all
