-- grain: one row per month end, state at the month end before and state at it; a month counts where both are loaded
-- A state is the group a person is placed in, 'inactive' for those employed but not in active service (where they
-- are kept apart), and 'outside' for those not employed here. Read from spells: a person who stays as they are for
-- two years is one spell, not twenty-four rows.
with spells as (
    select
        person_key,
        first_month,
        last_month,
        case
            when $inactive_apart and not is_active then 'inactive'
            when $dimension = 'profession' then profession
            when $dimension = 'pay_band' then pay_band
            when $dimension = 'staff_group' then staff_group
            when $dimension = 'service' then service
            when $dimension = 'directorate' then directorate
        end as state
    from marts.person_spell
    where
        organisation_code = $organisation
        and last_month >= last_day($first::date - interval 1 month)
        and first_month <= $last
),

loaded as (
    select distinct period as month
    from marts.person_month
    where organisation_code = $organisation
),

steps as (
    select later.month
    from loaded as later
    inner join loaded as earlier on earlier.month = last_day(later.month - interval 1 month)
    where later.month between $first and $last
),

stays as (
    select
        steps.month,
        spells.state as state_from,
        spells.state as state_to,
        count(*) as people
    from spells
    inner join steps on steps.month > spells.first_month and steps.month <= spells.last_month
    group by all
),

began as (
    select
        spells.person_key,
        steps.month,
        spells.state
    from spells
    inner join steps on steps.month = spells.first_month
),

ended as (
    select
        spells.person_key,
        steps.month,
        spells.state
    from spells
    inner join steps on steps.month = last_day(spells.last_month + interval 1 month)
),

changes as (
    select
        month,
        coalesce(ended.state, 'outside') as state_from,
        coalesce(began.state, 'outside') as state_to,
        count(*) as people
    from ended
    full join began using (person_key, month)
    group by all
),

counted as (
    select * from stays
    union all
    select * from changes
)

select
    month,
    state_from,
    state_to,
    sum(people)::bigint as people
from counted
group by all
order by all
