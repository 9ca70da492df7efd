-- grain: one row per organisation and extract that is loaded for it, with the month ends of one that comes by period
-- parameters: $organisations. An extract with a live file that bears no month end is a list or a record of events.
with files as (
    select unnest(organisations) as organisation_code, extract, periods
    from control.load_file
    where is_live
)

select
    organisation_code,
    extract,
    case when bool_or(coalesce(len(periods), 0) = 0) then []::date[] else list_distinct(flatten(list(periods))) end as periods
from files
where list_contains($organisations::varchar[], organisation_code)
group by organisation_code, extract
order by organisation_code, extract
