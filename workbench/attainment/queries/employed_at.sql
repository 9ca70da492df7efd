-- grain: one row per person_key and assignment_key employed at the end of the as-of date
-- parameters: $organisation, $as_at. The newest staff_in_post month on or before the as-of date, then leavers and
-- starters up to it. The last day of service counts as employed, so only leaving dates before the as-of date end one.
with newest as (
    select max(period) as period
    from marts.assignment_month
    where organisation_code = $organisation
        and period <= $as_at
),

listed as (
    select assignment_month.*
    from marts.assignment_month as assignment_month
    inner join newest on assignment_month.period = newest.period
    where assignment_month.organisation_code = $organisation
        and assignment_month.is_employed
        and coalesce(assignment_month.organisation_start_date, assignment_month.period) <= $as_at
),

leavings as (
    select leavers.person_key, leavers.assignment_key, leavers.leaving_date
    from staging.leavers as leavers
    where leavers.organisation_code = $organisation
        and leavers.leaving_date < $as_at
        -- a start after the leaving is a new employment, which that leaving cannot end
        and not exists (
            select 1
            from staging.starters as starters
            where starters.organisation_code = $organisation
                and starters.person_key = leavers.person_key
                and starters.start_date > leavers.leaving_date
                and starters.start_date <= $as_at
        )
),

still_employed as (
    select listed.*
    from listed
    where not exists (
        select 1
        from leavings
        where leavings.person_key = listed.person_key
            and coalesce(leavings.assignment_key, listed.assignment_key) = listed.assignment_key
            and leavings.leaving_date >= coalesce(listed.assignment_start_date, leavings.leaving_date)
            and leavings.leaving_date >= coalesce(listed.organisation_start_date, leavings.leaving_date)
    )
),

-- someone who started after the newest month end has no assignment in it yet: their group is unknown
started_since as (
    select distinct starters.person_key
    from staging.starters as starters
    cross join newest
    where starters.organisation_code = $organisation
        and starters.start_date > newest.period
        and starters.start_date <= $as_at
        and starters.person_key not in (select listed.person_key from listed)
        and starters.person_key not in (
            select leavings.person_key
            from leavings
            where leavings.leaving_date >= starters.start_date
        )
)

select
    still_employed.person_key,
    still_employed.assignment_key,
    still_employed.period,
    false as is_new_starter,
    still_employed.contract_type_code,
    still_employed.is_substantive,
    still_employed.is_contract_known,
    still_employed.staff_group_code,
    still_employed.staff_group,
    still_employed.job_role_code,
    still_employed.profession,
    still_employed.directorate,
    still_employed.service,
    still_employed.team
from still_employed
union all
select
    started_since.person_key,
    null as assignment_key,
    newest.period,
    true as is_new_starter,
    null as contract_type_code,
    true as is_substantive,
    true as is_contract_known,
    null as staff_group_code,
    'unknown' as staff_group,
    null as job_role_code,
    'unknown' as profession,
    'unknown' as directorate,
    'unknown' as service,
    'unknown' as team
from started_since
cross join newest
order by person_key, assignment_key
