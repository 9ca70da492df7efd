-- grain: one row per state at the opening month end and state at the closing one; none where one of them is not loaded
-- The states are those of month_steps.sql; what people did in between does not count.
with loaded as (
    select count(distinct period) = 2 as both_loaded
    from marts.person_month
    where organisation_code = $organisation and period in ($opening, $closing)
),

spells as (
    select
        person_key,
        first_month,
        last_month,
        case
            when not is_active then 'inactive'
            when $dimension = 'profession' then profession
            when $dimension = 'pay_band' then pay_band
            when $dimension = 'staff_group' then staff_group
            when $dimension = 'service' then service
            when $dimension = 'directorate' then directorate
        end as state
    from marts.person_spell
    where organisation_code = $organisation
),

before as (
    select person_key, state
    from spells
    where $opening between first_month and last_month
),

after as (
    select person_key, state
    from spells
    where $closing between first_month and last_month
)

select
    $closing::date as month,
    coalesce(before.state, 'outside') as state_from,
    coalesce(after.state, 'outside') as state_to,
    count(*)::bigint as people
from before
full join after using (person_key)
where (select both_loaded from loaded)
group by all
order by all
