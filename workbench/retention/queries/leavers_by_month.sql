-- grain: one row per organisation and closing month end of a window of $window_months
-- Leavers as NHS England counts them: in active service at the opening and not at the closing; an artefact of the
-- records is no leaver. Identity: leavers = opening - kept - artefacts.
-- Whoever is active from month a to b stands in the stock from a to b, and is kept by the windows that close from a + w
-- to b. Only people with several runs can be kept across two of them. So counting where runs begin and end, and adding
-- up, answers all windows together without going through the month ends, and nearly without a join.
with begun as (
    select
        organisation_code,
        datediff('month', date '1970-01-31', first_month) as month_number,
        count(*) as runs,
        count(*) filter (where months > $window_months) as long_runs
    from marts.active_spell
    group by organisation_code, first_month
),

ended as (
    select
        organisation_code,
        datediff('month', date '1970-01-31', last_month) + 1 as month_number,
        count(*) as runs,
        count(*) filter (where months > $window_months) as long_runs
    from marts.active_spell
    group by organisation_code, last_month
),

several_runs as (
    select
        organisation_code,
        person_key,
        datediff('month', date '1970-01-31', first_month) as first_number,
        datediff('month', date '1970-01-31', last_month) as last_number
    from marts.active_spell
    where runs > 1
),

kept_across as (
    select
        earlier.organisation_code,
        greatest(earlier.first_number + $window_months, later.first_number) as first_number,
        least(earlier.last_number + $window_months, later.last_number) as last_number
    from several_runs as earlier
    inner join several_runs as later
        on earlier.organisation_code = later.organisation_code
        and earlier.person_key = later.person_key
        and earlier.last_number < later.first_number
    where
        later.last_number >= earlier.first_number + $window_months
        and later.first_number <= earlier.last_number + $window_months
),

events as (
    select organisation_code, month_number, runs as stock, 0 as kept
    from begun
    union all
    select organisation_code, month_number, -runs, 0
    from ended
    union all
    select organisation_code, month_number + $window_months, 0, long_runs
    from begun
    union all
    select organisation_code, month_number, 0, -long_runs
    from ended
    union all
    select organisation_code, first_number, 0, 1
    from kept_across
    union all
    select organisation_code, last_number + 1, 0, -1
    from kept_across
),

loaded as (
    select
        organisation_code,
        period as month,
        datediff('month', date '1970-01-31', period) as month_number
    from marts.organisation_month
),

summed as (
    select
        organisation_code,
        month_number,
        sum(stock) as stock,
        sum(kept) as kept
    from events
    group by organisation_code, month_number
),

standing as (
    select
        organisation_code,
        month_number,
        loaded.month,
        coalesce(sum(summed.stock) over history, 0)::bigint as stock,
        coalesce(sum(summed.kept) over history, 0)::bigint as kept
    from summed
    full join loaded using (organisation_code, month_number)
    window history as (partition by organisation_code order by month_number)
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
        records.organisation_code,
        loaded.month,
        count(*) as artefacts
    from records
    inner join marts.active_spell as runs using (organisation_code, person_key)
    inner join loaded using (organisation_code)
    left join marts.person_spell as still_listed
        on still_listed.organisation_code = records.organisation_code
        and still_listed.person_key = records.person_key
        and loaded.month between still_listed.first_month and still_listed.last_month
    where
        records.leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked')
        and loaded.month >= records.leaving_date
        and (records.next_leaving_date is null or loaded.month < records.next_leaving_date)
        and last_day(loaded.month - to_months($window_months)) between runs.first_month and runs.last_month
        and still_listed.person_key is null
    group by records.organisation_code, loaded.month
),

counted as (
    select
        closing.organisation_code,
        closing.month,
        opening.stock as opening,
        closing.stock as closing,
        coalesce(artefacts.artefacts, 0)::bigint as artefacts,
        (opening.stock - closing.kept - coalesce(artefacts.artefacts, 0))::bigint as leavers
    from standing as closing
    inner join standing as opening
        on opening.organisation_code = closing.organisation_code
        and opening.month_number = closing.month_number - $window_months
    left join artefacts
        on artefacts.organisation_code = closing.organisation_code and artefacts.month = closing.month
    where closing.month is not null and opening.month is not null
)

select
    organisation_code as organisation,
    month,
    'organisation' as group_of_staff,
    opening,
    closing,
    leavers,
    artefacts,
    200 * leavers / nullif(opening + closing, 0)::double as leaver_rate
from counted
where opening > 0 or closing > 0
order by organisation, month
