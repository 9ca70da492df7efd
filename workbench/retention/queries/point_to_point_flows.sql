-- grain: one row per closing month end and placement (directorate, service, team, staff group, profession, pay band)
-- Identity: active at opening + joiners - leavers = active at closing, for the organisation and every closing month.
with months as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation
),

windows as (
    select
        opening.period as opening_month,
        closing.period as closing_month
    from months as closing
    inner join months as opening
        on opening.period = last_day(closing.period - to_months($window_months))
    where closing.period between $first and $last
),

active as (
    select
        period,
        person_key,
        directorate,
        service,
        team,
        staff_group,
        coalesce(profession, 'not an AHP') as profession,
        pay_band,
        fte_active
    from marts.person_month
    where organisation_code = $organisation and is_active
),

leavers as (
    select windows.closing_month, opening.* exclude (period, person_key)
    from windows
    inner join active as opening
        on windows.opening_month = opening.period
    left join active as closing
        on windows.closing_month = closing.period and opening.person_key = closing.person_key
    where closing.person_key is null
),

joiners as (
    select windows.closing_month, closing.* exclude (period, person_key)
    from windows
    inner join active as closing
        on windows.closing_month = closing.period
    left join active as opening
        on windows.opening_month = opening.period and opening.person_key = closing.person_key
    where opening.person_key is null
),

flows as (
    select *, 1 as leaver, 0 as joiner from leavers
    union all by name
    select *, 0 as leaver, 1 as joiner from joiners
)

select
    closing_month as month,
    $organisation as organisation,
    directorate,
    service,
    team,
    staff_group,
    profession,
    pay_band,
    sum(leaver)::bigint as leavers,
    sum(joiner)::bigint as joiners,
    sum(leaver * fte_active) as leavers_fte,
    sum(joiner * fte_active) as joiners_fte
from flows
group by all
order by all
