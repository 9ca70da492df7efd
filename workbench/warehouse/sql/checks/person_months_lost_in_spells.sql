-- grain: one row per organisation whose person months and FTE differ between the month ends and the spells
with by_month as (
    select
        organisation_code,
        count(*) as listed,
        sum(fte) as fte
    from marts.person_month
    group by organisation_code
),

by_spell as (
    select
        organisation_code,
        sum(datediff('month', first_month, last_month) + 1) as listed,
        sum(fte * (datediff('month', first_month, last_month) + 1)) as fte
    from marts.person_spell
    group by organisation_code
)

select organisation_code
from by_month
full join by_spell using (organisation_code)
where
    by_month.listed is distinct from by_spell.listed
    or by_month.fte is distinct from by_spell.fte
order by organisation_code
