-- grain: one row per month end and placement (directorate, service, team, staff group, profession, pay band)
-- Each person has one placement at a month end, so any coarser row is the sum of these.
select
    period as month,
    organisation_code as organisation,
    directorate,
    service,
    team,
    staff_group,
    profession,
    pay_band,
    count(*) as employed,
    count(*) filter (where is_active) as active,
    sum(fte) as employed_fte,
    coalesce(sum(fte_active) filter (where is_active), 0) as active_fte
from marts.person_month
where
    organisation_code = $organisation
    and period between $first and $last
group by all
order by all
