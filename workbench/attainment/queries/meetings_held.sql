-- grain: one row per dated meeting of the organisation up to the as-of date
-- parameters: $organisation, $as_at
select
    scope,
    kind,
    meeting_date,
    coalesce(audience, '') as audience,
    coalesce(attendance, '') as attendance,
    sample_size,
    coalesce(kpi, '') as kpi,
    coalesce(reference, '') as reference
from staging.review_meetings
where
    organisation_code = $organisation
    and meeting_date <= $as_at
order by scope, kind, meeting_date, reference
