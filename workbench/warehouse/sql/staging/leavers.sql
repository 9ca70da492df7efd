-- grain: one row per organisation, person, assignment (where given) and leaving date
-- Words read as the code lists say; one that its list does not know stays as it was received.
with leaving_reasons as (
    select received, code, label
    from control.code_map
    where extract = 'leavers' and column_name = 'leaving_reason'
),

destinations as (
    select received, code, label
    from control.code_map
    where extract = 'leavers' and column_name = 'destination_on_leaving'
),

submitted_by_words as (
    select received, label
    from control.code_map
    where extract = 'leavers' and column_name = 'submitted_by'
)

select
    landed.organisation_code,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    landed.leaving_date,
    landed.last_working_day,
    leaving_reasons.label as leaving_reason,
    leaving_reasons.code as leaving_reason_code,
    destinations.label as destination_on_leaving,
    destinations.code as destination_on_leaving_code,
    landed.notice_date,
    submitted_by_words.label as submitted_by,
    landed.entered_date,
    landed.approved_date,
    landed.source_file
from landed.leavers as landed
left join leaving_reasons on leaving_reasons.received = landed.leaving_reason
left join destinations on destinations.received = landed.destination_on_leaving
left join submitted_by_words on submitted_by_words.received = landed.submitted_by
order by
    landed.organisation_code,
    landed.person_key,
    landed.assignment_order,
    landed.assignment_key,
    landed.leaving_date
