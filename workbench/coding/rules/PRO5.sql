-- grain: one row per allied health professional who left lately and field of the leaving record that says too little
-- In question is whoever left within $leaver_days days before the month end and was an AHP at the last month end that
-- lists them. Somebody still employed at the month end after the leaving date has left one post of several, and is no
-- leaver. Merged records and people who never worked are no leavers either. A reason that is no national code, or that
-- says no more than that somebody resigned, informs.
with asked as (
    select unnest($asked, recursive := true)
),

left_lately as (
    select
        asked.organisation_code,
        asked.period,
        leaver.person_key,
        leaver.assignment_key,
        leaver.leaving_date,
        leaver.leaving_reason,
        leaver.leaving_reason_code,
        leaver.destination_on_leaving,
        leaver.destination_on_leaving_code
    from staging.leavers as leaver
    inner join asked
        on asked.organisation_code = leaver.organisation_code
        and leaver.leaving_date > asked.period - $leaver_days::integer
        and leaver.leaving_date <= asked.period
    where coalesce(leaver.leaving_reason, '') not in ('Merged Organisation - Duplicate Record', 'Has Not Worked')
),

left_for_good as (
    select left_lately.*
    from left_lately
    anti join marts.assignment_month as listed
        on listed.organisation_code = left_lately.organisation_code
        and listed.person_key = left_lately.person_key
        and listed.is_employed
        and listed.period = last_day(left_lately.leaving_date + 1)
        and listed.period <= left_lately.period
),

-- As last listed; where several rows tell of one leaving, the latest.
leavers as (
    select
        record.* replace (left_for_good.period as period),
        left_for_good.leaving_date,
        left_for_good.leaving_reason,
        left_for_good.leaving_reason_code,
        left_for_good.destination_on_leaving,
        left_for_good.destination_on_leaving_code
    from left_for_good
    inner join marts.coding_record as record
        on record.organisation_code = left_for_good.organisation_code
        and record.person_key = left_for_good.person_key
        and record.assignment_key = coalesce(left_for_good.assignment_key, record.assignment_key)
        and record.period <= left_for_good.period
        and record.period <= last_day(left_for_good.leaving_date)
    qualify row_number() over (
        partition by left_for_good.organisation_code, left_for_good.period, record.person_key
        order by
            left_for_good.leaving_date desc,
            record.period desc,
            record.is_primary_recorded desc nulls last,
            record.assignment_order,
            record.assignment_key
    ) = 1
),

ahp_leavers as (
    select *
    from leavers
    where is_ahp_evidenced
),

judged as (
    select
        *,
        'leaving_reason' as field,
        leaving_reason_code as value_code,
        leaving_reason as value_name,
        case
            when leaving_reason is null then 'No reason is recorded'
            when leaving_reason in ('Unknown', 'Not Set in Legacy at Migration') then 'The reason is not known'
            when (leaving_reason_code = '01') <> (destination_on_leaving_code = '16')
                then 'Death in service stands in only one of reason and destination'
            when leaving_reason_code = '25' and destination_on_leaving_code = '15'
                then 'The reason is promotion, and the destination no employment'
            when leaving_reason_code is null then 'The reason is not in the national list'
            when leaving_reason_code = '24' then 'The reason says no more than that the person resigned'
        end as what,
        case
            when leaving_reason is null or leaving_reason in ('Unknown', 'Not Set in Legacy at Migration') then 'R'
            when leaving_reason_code is null or leaving_reason_code = '24' then 'I'
            else 'R'
        end as severity,
        'destination_on_leaving' as other_source,
        destination_on_leaving as other_value
    from ahp_leavers
    union all by name
    select
        *,
        'destination_on_leaving' as field,
        destination_on_leaving_code as value_code,
        destination_on_leaving as value_name,
        case
            when destination_on_leaving is null then 'No destination is recorded'
            when lower(destination_on_leaving) = 'unknown' then 'The destination is not known'
            when destination_on_leaving_code is null then 'The destination is not in the national list'
        end as what,
        case when destination_on_leaving is null or lower(destination_on_leaving) = 'unknown' then 'R' else 'I' end
            as severity,
        'leaving_reason' as other_source,
        leaving_reason as other_value
    from ahp_leavers
)

select
    organisation_code,
    period,
    assignment_key as subject_key,
    severity,
    person_key,
    assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    evidenced_profession as profession,
    fte::double as fte,
    null::bigint as holders,
    field,
    value_code as current_code,
    value_name as current_name,
    other_source,
    other_value,
    what || '. Left on ' || strftime(leaving_date, '%d/%m/%Y') || '.' as detail
from judged
where what is not null
order by organisation_code, period, assignment_key, field
