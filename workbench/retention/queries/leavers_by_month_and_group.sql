-- grain: one row per organisation, closing month end and group of $dimension (service, staff_group, ...)
-- Leavers as NHS England counts them: in active service at the opening and not at the closing, in the group of the
-- opening; leaving a group for another one of the organisation is not leaving, and neither is an artefact of the
-- records. Identity: leavers = opening - kept - artefacts.
-- Whoever is active from month a to b can open windows that close from a + w to b + w, and is kept by those of them
-- that close in a run of active service. Counting where such runs begin and end, and adding up, answers all windows
-- together, without going through the month ends.
with placed as (
    select
        organisation_code,
        person_key,
        case $dimension
            when 'directorate' then directorate
            when 'service' then service
            when 'team' then team
            when 'staff_group' then staff_group
            when 'profession' then profession
            when 'pay_band' then pay_band
        end as placed_in,
        datediff('month', date '1970-01-31', first_month) as first_number,
        datediff('month', date '1970-01-31', last_month) as last_number
    from marts.person_spell
    where is_active
),

runs as (
    select
        organisation_code,
        person_key,
        datediff('month', date '1970-01-31', first_month) as first_number,
        datediff('month', date '1970-01-31', last_month) as last_number
    from marts.active_spell
),

kept as (
    select
        placed.organisation_code,
        placed.placed_in,
        greatest(placed.first_number + $window_months, runs.first_number) as first_number,
        least(placed.last_number + $window_months, runs.last_number) as last_number
    from placed
    inner join runs using (organisation_code, person_key)
    where
        runs.last_number >= placed.first_number + $window_months
        and runs.first_number <= placed.last_number + $window_months
),

windows as (
    select
        closing.organisation_code,
        closing.period as month,
        datediff('month', date '1970-01-31', closing.period) as month_number
    from marts.organisation_month as closing
    inner join marts.organisation_month as opening
        on opening.organisation_code = closing.organisation_code
        and opening.period = last_day(closing.period - to_months($window_months))
),

records as (
    select
        organisation_code,
        person_key,
        leaving_reason,
        leaving_date,
        lead(leaving_date) over (
            partition by organisation_code, person_key
            order by leaving_date, leaving_reason is not null, assignment_order desc nulls first
        ) as next_leaving_date
    from staging.leavers
),

artefacts as (
    select
        placed.organisation_code,
        placed.placed_in,
        windows.month,
        count(*) as artefacts
    from records
    inner join placed using (organisation_code, person_key)
    inner join windows using (organisation_code)
    left join marts.person_spell as still_listed
        on still_listed.organisation_code = placed.organisation_code
        and still_listed.person_key = placed.person_key
        and windows.month between still_listed.first_month and still_listed.last_month
    where
        records.leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked')
        and windows.month >= records.leaving_date
        and (records.next_leaving_date is null or windows.month < records.next_leaving_date)
        and windows.month_number between
        placed.first_number + $window_months and placed.last_number + $window_months
        and still_listed.person_key is null
    group by placed.organisation_code, placed.placed_in, windows.month
),

events as (
    select organisation_code, placed_in, first_number + $window_months as month_number, 1 as opening, 0 as closing, 0 as kept
    from placed
    union all
    select organisation_code, placed_in, last_number + 1 + $window_months, -1, 0, 0
    from placed
    union all
    select organisation_code, placed_in, first_number, 0, 1, 0
    from placed
    union all
    select organisation_code, placed_in, last_number + 1, 0, -1, 0
    from placed
    union all
    select organisation_code, placed_in, first_number, 0, 0, 1
    from kept
    union all
    select organisation_code, placed_in, last_number + 1, 0, 0, -1
    from kept
),

summed as (
    select
        organisation_code,
        placed_in,
        month_number,
        sum(opening)::bigint as opening,
        sum(closing)::bigint as closing,
        sum(kept)::bigint as kept
    from events
    group by organisation_code, placed_in, month_number
),

groups as (
    select distinct
        organisation_code,
        placed_in
    from summed
),

asked as (
    select
        organisation_code,
        placed_in,
        month_number,
        month
    from windows
    inner join groups using (organisation_code)
),

standing as (
    select
        organisation_code,
        placed_in,
        asked.month,
        sum(summed.opening) over history as opening,
        sum(summed.closing) over history as closing,
        sum(summed.kept) over history as kept
    from summed
    full join asked using (organisation_code, placed_in, month_number)
    window history as (partition by organisation_code, placed_in order by month_number)
),

counted as (
    select
        organisation_code,
        month,
        placed_in,
        coalesce(opening, 0)::bigint as opening,
        coalesce(closing, 0)::bigint as closing,
        coalesce(artefacts, 0)::bigint as artefacts,
        (coalesce(opening, 0) - coalesce(kept, 0) - coalesce(artefacts, 0))::bigint as leavers
    from standing
    left join artefacts using (organisation_code, placed_in, month)
    where month is not null
)

select
    organisation_code as organisation,
    month,
    placed_in as group_of_staff,
    opening,
    closing,
    leavers,
    artefacts,
    200 * leavers / nullif(opening + closing, 0)::double as leaver_rate
from counted
where opening > 0 or closing > 0
order by organisation, month, group_of_staff
