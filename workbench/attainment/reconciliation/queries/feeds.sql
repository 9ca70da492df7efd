-- grain: one row per source with rows of the organisation by a date
-- parameters: $organisation, $as_at. A template carries no date of its own but the one from which it holds.
select 'ledger' as source, max(period) as latest, count(*) as records
from staging.ledger
where organisation_code = $organisation and period <= $as_at
union all
select 'job_plans', max(greatest(
    case when review_date <= $as_at then review_date end,
    case when employee_signoff_date <= $as_at then employee_signoff_date end,
    case when manager_signoff_date <= $as_at then manager_signoff_date end,
    case when approval_date <= $as_at then approval_date end
)), count(*)
from staging.job_plans
where organisation_code = $organisation
union all
select 'roster_templates', max(effective_from), count(*)
from staging.roster_templates
where organisation_code = $organisation and effective_from <= $as_at
union all
select 'roster_sessions', max(session_date), count(*)
from staging.roster_sessions
where organisation_code = $organisation and session_date <= $as_at
union all
select 'costing_splits', null, count(*)
from staging.costing_splits
where organisation_code = $organisation and effective_from <= $as_at
order by source
