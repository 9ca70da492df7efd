-- grain: one row per closing month end and placement (directorate to pay band, and whether in training)
-- Counted are people of the population ($status: active or employed) at the two month ends of each window.
-- Identity: opening + joiners - leavers - artefacts = closing, over all rows of one closing month.
-- Leavers stand in the placement at the opening month end, joiners in that at the closing one. A record that only
-- ends because it was a duplicate, or because nobody ever worked on it, is an artefact and not a leaver.
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

listed as (
    select
        period,
        person_key,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        is_trainee,
        is_active,
        case when $status = 'employed' then fte else fte_active end as fte
    from marts.person_month
    where organisation_code = $organisation
),

present as (
    select * exclude (is_active)
    from listed
    where is_active or $status = 'employed'
),

gone as (
    select
        windows.closing_month,
        opening.person_key,
        still_listed.person_key is null
        and leavings.leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked') as is_artefact
    from windows
    inner join present as opening
        on windows.opening_month = opening.period
    left join present as closing
        on windows.closing_month = closing.period and opening.person_key = closing.person_key
    left join listed as still_listed
        on windows.closing_month = still_listed.period and opening.person_key = still_listed.person_key
    left join staging.leavers as leavings
        on
            leavings.organisation_code = $organisation
            and opening.person_key = leavings.person_key
            and leavings.leaving_date <= windows.closing_month
    where closing.person_key is null
    qualify row_number() over (
        partition by windows.closing_month, opening.person_key
        order by
            leavings.leaving_date desc nulls last,
            leavings.leaving_reason is not null desc,
            leavings.assignment_order
    ) = 1
),

opening_side as (
    select
        windows.closing_month,
        opening.* exclude (period, person_key, fte),
        1 as opening,
        opening.fte as opening_fte,
        gone.person_key is not null as is_gone,
        coalesce(gone.is_artefact, false) as is_artefact,
        closing.staff_group is distinct from opening.staff_group as leaves_staff_group
    from windows
    inner join present as opening
        on windows.opening_month = opening.period
    left join present as closing
        on windows.closing_month = closing.period and opening.person_key = closing.person_key
    left join gone
        on windows.closing_month = gone.closing_month and opening.person_key = gone.person_key
),

closing_side as (
    select
        windows.closing_month,
        closing.* exclude (period, person_key, fte),
        1 as closing,
        closing.fte as closing_fte,
        opening.person_key is null as is_new,
        opening.staff_group is distinct from closing.staff_group as joins_staff_group
    from windows
    inner join present as closing
        on windows.closing_month = closing.period
    left join present as opening
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
    is_trainee,
    count(opening) as opening,
    count(closing) as closing,
    coalesce(sum(opening_fte), 0) as opening_fte,
    coalesce(sum(closing_fte), 0) as closing_fte,
    count(*) filter (where is_gone and not is_artefact) as leavers,
    coalesce(sum(opening_fte) filter (where is_gone and not is_artefact), 0) as leavers_fte,
    count(*) filter (where leaves_staff_group and not is_artefact) as leavers_of_group,
    coalesce(sum(opening_fte) filter (where leaves_staff_group and not is_artefact), 0)
        as leavers_of_group_fte,
    count(*) filter (where is_artefact) as artefacts,
    count(*) filter (where is_new) as joiners,
    coalesce(sum(closing_fte) filter (where is_new), 0) as joiners_fte,
    count(*) filter (where joins_staff_group) as joiners_of_group,
    coalesce(sum(closing_fte) filter (where joins_staff_group), 0) as joiners_of_group_fte
from both_sides
group by all
order by all
