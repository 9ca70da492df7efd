-- grain: one row per organisation, person, assignment (where given), kind of absence and first day
-- Words read as the code lists say; one that its list does not know stays as it was received.
with absence_types as (
    select received, code, label
    from control.code_map
    where extract = 'absence' and column_name = 'absence_type'
),

reasons as (
    select received, code, label
    from control.code_map
    where extract = 'absence' and column_name = 'reason'
),

entered_by_words as (
    select received, label
    from control.code_map
    where extract = 'absence' and column_name = 'entered_by'
)

select
    landed.organisation_code,
    landed.person_key,
    landed.assignment_key,
    landed.assignment_order,
    absence_types.label as absence_type,
    absence_types.code as absence_type_code,
    reasons.label as reason,
    reasons.code as reason_code,
    landed.first_day,
    landed.last_day,
    landed.fte_days_lost,
    landed.entered_at,
    entered_by_words.label as entered_by,
    landed.source_file
from landed.absence as landed
left join absence_types on absence_types.received = landed.absence_type
left join reasons on reasons.received = landed.reason
left join entered_by_words on entered_by_words.received = landed.entered_by
order by
    landed.organisation_code,
    landed.person_key,
    landed.assignment_order,
    landed.assignment_key,
    landed.absence_type,
    landed.first_day
