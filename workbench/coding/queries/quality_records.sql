-- grain: one row per period and assignment_key: employed, on a substantive contract, evidenced an AHP's or disputed
-- parameters: $organisation, $first, $last (month ends, both included), $not_evidenced (the label of weak hints),
-- $registration_fresh_days, $gosc_check_interval_days. A registration is asked of active qualified staff who are no
-- managers; it is verified where one is in date and was checked lately enough to be relied on.
with verified as (
    select distinct period, person_key
    from marts.ahp_registration
    where organisation_code = $organisation
        and period between $first and $last
        and is_in_date
        and period - checked_date <= case registration_body_code
            when '17' then $gosc_check_interval_days else $registration_fresh_days
        end
),

records as (
    select
        *,
        is_active
        and evidenced_level = 'qualified'
        and coalesce(job_role not like '%Manager%', true)
        and coalesce(occupation_code[2] <> '0', true) as needs_registration
    from marts.coding_record
    where organisation_code = $organisation
        and period between $first and $last
        and is_substantive
        and evidenced_profession is not null
        and evidenced_profession <> $not_evidenced
)

select
    records.period as month,
    records.person_key,
    records.assignment_key,
    records.position_number,
    records.service,
    records.evidenced_profession as profession,
    records.fte,
    records.vote_status in ('agreed', 'majority', 'conflict') as is_compared,
    records.vote_status = 'agreed' as is_agreed,
    coalesce(trim(records.occupation_code), '') <> ''
    and coalesce(trim(records.job_role), '') <> ''
    and coalesce(trim(records.area_of_work), '') <> '' as is_filled,
    coalesce(records.needs_registration, false) as needs_registration,
    coalesce(records.needs_registration, false) and verified.person_key is not null as is_verified
from records
left join verified on verified.period = records.period and verified.person_key = records.person_key
order by records.period, records.person_key, records.assignment_key
