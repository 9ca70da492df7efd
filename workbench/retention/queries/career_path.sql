-- grain: one row per standing of a person at the opening month end and at the closing one; none unless both are loaded
-- Standings: support, student or qualified (an AHP's level by the placing assignment's evidence, with the profession),
-- other (employed here in another kind of post, or without a level), outside (not employed here). People on maternity
-- leave or career break keep their standing: a career goes on meanwhile.
with loaded as (
    select count(distinct period) = 2 as both_loaded
    from marts.person_month
    where organisation_code = $organisation and period in ($opening, $closing)
),

standings as (
    select
        person.period,
        person.person_key,
        case
            when person.profession = 'Not an AHP' then 'other'
            else coalesce(assignment.profession_level, 'other')
        end as standing,
        person.profession
    from marts.person_month as person
    inner join marts.assignment_month as assignment using (organisation_code, period, assignment_key)
    where person.organisation_code = $organisation and person.period in ($opening, $closing)
),

before as (
    select * from standings
    where period = $opening
),

after as (
    select * from standings
    where period = $closing
)

select
    coalesce(before.standing, 'outside') as standing_before,
    before.profession as profession_before,
    coalesce(after.standing, 'outside') as standing_after,
    after.profession as profession_after,
    count(*)::bigint as people
from before
full join after using (person_key)
where (select both_loaded from loaded)
group by all
order by all
