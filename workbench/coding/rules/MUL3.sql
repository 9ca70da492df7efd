-- grain: one row per person and reason: split and contracts differ (review), or more than one whole-time in all (information)
-- parameters: $asked, $split_tolerance (FTE; a difference of exactly that much passes). Sums are exact
-- decimals: in binary fractions 1.00 - 0.99 is more than 0.01.
with contracts as (
    select
        organisation_code,
        period,
        person_key,
        sum(fte)::decimal(18, 5) as fte,
        sum(fte) filter (where is_active) as active_fte,
        bool_or(is_ahp_hinted) as is_ahp_person
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
    group by organisation_code, period, person_key
),

splits as (
    select
        contracts.organisation_code,
        contracts.period,
        contracts.person_key,
        sum(
            coalesce(listed.fte, listed.split_percent * contracts.fte::decimal(9, 4) * 0.01)
        )::decimal(18, 5) as fte
    from staging.service_list as listed
    inner join contracts using (organisation_code, person_key)
    group by contracts.organisation_code, contracts.period, contracts.person_key
    having count(*) > 1
),

found as (
    select
        contracts.organisation_code,
        contracts.period,
        contracts.person_key,
        'R' as severity,
        'split' as field,
        'service list' as other_source,
        format('{:g}', splits.fte::double) as other_value,
        'The service list splits ' || format('{:g}', splits.fte::double) || ' FTE; the contracts add up to '
        || format('{:g}', contracts.fte::double) || '.' as detail
    from splits
    inner join contracts using (organisation_code, period, person_key)
    where abs(splits.fte - contracts.fte) > $split_tolerance::decimal(18, 5)
    union all
    select
        organisation_code,
        period,
        person_key,
        'I',
        'fte',
        'active assignments',
        format('{:g}', active_fte::double),
        'Active assignments add up to ' || format('{:g}', active_fte::double) || ' FTE.'
    from contracts
    where active_fte > 1
        and is_ahp_person
),

-- The records of these alone are read whole.
records as (
    select *
    from marts.coding_record
    where place_of_person = 1
        and (organisation_code, period, person_key) in (select organisation_code, period, person_key from found)
)

select
    staff.organisation_code,
    staff.period,
    staff.person_key as subject_key,
    found.severity,
    staff.person_key,
    staff.assignment_key,
    staff.position_number,
    staff.position_title,
    staff.directorate,
    staff.service,
    staff.team,
    staff.cost_centre,
    staff.evidenced_profession as profession,
    staff.fte::double as fte,
    staff.holders,
    found.field,
    staff.occupation_code as current_code,
    staff.occupation_code_name as current_name,
    found.other_source,
    found.other_value,
    found.detail
from found
inner join records as staff using (organisation_code, period, person_key)
order by staff.organisation_code, staff.period, staff.person_key, found.field
