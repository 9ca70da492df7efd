-- grain: one row per person and start recorded after the first month end loaded and up to a date
-- next_month is the first month end loaded on or after the start: someone who left before it was never listed.
with months as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation and period <= $as_at
)

select
    starters.person_key,
    starters.start_date,
    min(months.period) as next_month
from staging.starters as starters
left join months on starters.start_date <= months.period
where
    starters.organisation_code = $organisation
    and starters.start_date > (select min(period) from months)
    and starters.start_date <= $as_at
group by starters.person_key, starters.start_date
order by starters.person_key, starters.start_date
