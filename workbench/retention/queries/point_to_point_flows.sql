-- grain: one row per closing month end and placement (directorate, service, team, staff group, profession, pay band)
-- Identity: opening + joiners - leavers = closing, over all rows of one closing month.
-- Leavers stand in the placement at the opening month end, joiners in that at the closing one.
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
        profession,
        pay_band,
        fte_active
    from marts.person_month
    where organisation_code = $organisation and is_active
),

opening_side as (
    select
        windows.closing_month,
        opening.* exclude (period, person_key),
        1 as opening,
        (closing.person_key is null)::integer as leaver
    from windows
    inner join active as opening
        on windows.opening_month = opening.period
    left join active as closing
        on windows.closing_month = closing.period and opening.person_key = closing.person_key
),

closing_side as (
    select
        windows.closing_month,
        closing.* exclude (period, person_key),
        1 as closing,
        (opening.person_key is null)::integer as joiner
    from windows
    inner join active as closing
        on windows.closing_month = closing.period
    left join active as opening
        on windows.opening_month = opening.period and opening.person_key = closing.person_key
),

both_sides as (
    select * from opening_side
    union all by name
    select * from closing_side
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
    count(opening) as opening,
    count(closing) as closing,
    count(*) filter (where leaver = 1) as leavers,
    count(*) filter (where joiner = 1) as joiners,
    coalesce(sum(fte_active) filter (where leaver = 1), 0) as leavers_fte,
    coalesce(sum(fte_active) filter (where joiner = 1), 0) as joiners_fte
from both_sides
group by all
order by all
