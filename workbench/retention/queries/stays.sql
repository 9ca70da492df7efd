-- grain: one row per stay: a person listed without a break in one employment, in scope (substantive contract, employed)
-- A stay is put together from all of a person's assignments. A month that is not loaded does not break it. It ends
-- where the person is missing from a month that is loaded, and where another employment begins: a start of service, or
-- a starters row, after the month end before. Placed where the person stood when first listed in the stay.
with loaded as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation and period <= $as_at
),

months as (
    select
        period,
        lag(period) over (order by period) as month_before,
        lead(period) over (order by period) as month_after,
        row_number() over (order by period) as month_number
    from loaded
),

spells as (
    select
        spell.person_key,
        spell.organisation_start_date,
        spell.assignment_start_date,
        opened.month_number as first_number,
        closed.month_number as last_number,
        opened.month_before
    from marts.assignment_spell as spell
    inner join months as opened on spell.first_month = opened.period
    inner join months as closed on least(spell.last_month, $as_at) = closed.period
    where spell.organisation_code = $organisation and spell.is_substantive and spell.is_employed
),

beside as (
    select
        *,
        max(last_number) over (
            partition by person_key
            order by first_number, organisation_start_date, last_number
            rows between unbounded preceding and 1 preceding
        ) as listed_until
    from spells
),

announced as (
    select
        months.month_number,
        starters.person_key,
        max(starters.start_date) as announced_start
    from staging.starters as starters
    inner join months on starters.start_date > months.month_before and starters.start_date <= months.period
    where starters.organisation_code = $organisation
    group by months.month_number, starters.person_key
),

marked as (
    select
        beside.*,
        announced.announced_start,
        coalesce(
            beside.first_number > beside.listed_until + 1
            or (
                beside.first_number = beside.listed_until + 1
                and (beside.organisation_start_date > beside.month_before or announced.announced_start is not null)
            ),
            true
        ) as begins_stay
    from beside
    left join announced
        on beside.person_key = announced.person_key and beside.first_number = announced.month_number
),

numbered as (
    select
        *,
        sum(begins_stay::integer) over (
            partition by person_key
            order by first_number, organisation_start_date, last_number
            rows between unbounded preceding and current row
        ) as stay_number
    from marked
),

joined_up as (
    select
        person_key,
        stay_number,
        min(first_number) as first_number,
        max(last_number) as last_number,
        arg_max(organisation_start_date, last_number) as recorded_start,
        max(announced_start) filter (where begins_stay) as announced_start,
        min(assignment_start_date) filter (where begins_stay) as first_assignment_start
    from numbered
    group by person_key, stay_number
),

placed as (
    select
        person_key,
        first_month,
        last_month,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        is_trainee
    from marts.person_spell
    where organisation_code = $organisation
)

select
    stay.person_key,
    stay.stay_number::integer as stay_number,
    opened.period as first_month,
    closed.period as last_month,
    opened.month_before,
    closed.month_after,
    before.period as listed_before_until,
    stay.recorded_start,
    stay.announced_start,
    stay.first_assignment_start,
    placed.* exclude (person_key, first_month, last_month)
from joined_up as stay
inner join months as opened on stay.first_number = opened.month_number
inner join months as closed on stay.last_number = closed.month_number
left join joined_up as earlier
    on stay.person_key = earlier.person_key and stay.stay_number = earlier.stay_number + 1
left join months as before on earlier.last_number = before.month_number
left join placed
    on
        stay.person_key = placed.person_key
        and opened.period between placed.first_month and placed.last_month
order by stay.person_key, stay.stay_number
