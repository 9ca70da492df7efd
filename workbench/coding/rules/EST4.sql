-- grain: one row per organisation whose last ESR and ledger check is older than its own interval, or never recorded
-- The check is a reconciliation meeting of the whole organisation; a meeting of one team checks that team alone.
with asked as (
    select unnest($asked, recursive := true)
),

checks as (
    select asked.organisation_code, asked.period, max(meeting.meeting_date) as last_check
    from asked
    left join staging.review_meetings as meeting
        on meeting.organisation_code = asked.organisation_code
        and meeting.kind = 'reconciliation'
        and lower(trim(meeting.scope)) = 'trust'
        and meeting.meeting_date <= asked.period
    group by all
)

select
    organisation_code,
    period,
    organisation_code as subject_key,
    'R' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    null::varchar as position_number,
    null::varchar as position_title,
    null::varchar as directorate,
    null::varchar as service,
    null::varchar as team,
    null::varchar as cost_centre,
    null::varchar as profession,
    null::double as fte,
    null::bigint as holders,
    'meeting_date' as field,
    strftime(last_check, '%Y-%m-%d') as current_code,
    null::varchar as current_name,
    'review meetings' as other_source,
    null::varchar as other_value,
    case
        when last_check is null then 'No check of ESR against the ledger is recorded.'
        else 'ESR was last checked against the ledger on ' || strftime(last_check, '%d/%m/%Y') || ', '
            || (period - last_check)::varchar || ' days before the month end.'
    end as detail
from checks
where coalesce(period - last_check > $ledger_check_interval_days, true)
order by organisation_code, period
