-- grain: one row per cost centre and staff group whose FTE in ESR differs from the contracted WTE of the ledger
-- Staff in post include those absent and on leave, who are shown apart. Net is the difference of the group, gross the
-- sum of the differences of its pay bands without their signs. Where one side has no line at all, EST1 asks.
with asked as (
    select unnest($asked, recursive := true)
),

contracted as (
    select
        organisation_code,
        period,
        upper(trim(cost_centre)) as cost_centre,
        coalesce(staff_group, 'unknown') as staff_group,
        coalesce(pay_band, 'unknown') as pay_band,
        min(staff_group_code) as staff_group_code,
        sum(contracted_wte) as wte
    from staging.ledger
    where (organisation_code, period) in (from asked)
    group by all
),

staff as (
    select
        organisation_code,
        period,
        upper(trim(cost_centre)) as cost_centre,
        staff_group,
        pay_band,
        sum(fte) as fte,
        coalesce(sum(fte) filter (where not is_active), 0) as fte_away,
        count(*) as assignments,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team
    from marts.assignment_month
    where (organisation_code, period) in (from asked) and is_employed and is_substantive
    group by all
),

bands as (
    select
        organisation_code,
        period,
        cost_centre,
        staff_group,
        coalesce(contracted.wte, 0) - coalesce(staff.fte, 0) as difference,
        contracted.wte,
        contracted.staff_group_code,
        contracted.cost_centre is not null as is_in_ledger,
        staff.cost_centre is not null as is_in_esr,
        staff.fte,
        staff.fte_away,
        staff.assignments,
        staff.directorate,
        staff.service,
        staff.team
    from contracted
    full outer join staff using (organisation_code, period, cost_centre, staff_group, pay_band)
),

compared as (
    select
        organisation_code,
        period,
        cost_centre,
        staff_group,
        min(staff_group_code) as staff_group_code,
        sum(wte) as wte,
        sum(fte) as fte,
        sum(fte_away) as fte_away,
        sum(assignments) as assignments,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        sum(difference) as net,
        sum(abs(difference)) as gross
    from bands
    group by organisation_code, period, cost_centre, staff_group
    having bool_or(is_in_ledger) and bool_or(is_in_esr) and sum(wte) is not null
)

select
    organisation_code,
    period,
    cost_centre || '/' || coalesce(staff_group_code, staff_group) as subject_key,
    'R' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    null::varchar as position_number,
    null::varchar as position_title,
    directorate,
    service,
    team,
    cost_centre,
    null::varchar as profession,
    fte::double as fte,
    assignments::bigint as holders,
    'contracted_wte' as field,
    fte::decimal(18, 4)::varchar as current_code,
    staff_group as current_name,
    'ledger' as other_source,
    wte::decimal(18, 4)::varchar as other_value,
    'Ledger less ESR: net ' || net::decimal(18, 2)::varchar || ' WTE, gross ' || gross::decimal(18, 2)::varchar
    || ' over the pay bands; in ESR ' || fte_away::decimal(18, 2)::varchar
    || ' FTE are absent, on leave or suspended.' as detail
from compared
where abs(net) > $ledger_tolerance::decimal(18, 4)
order by organisation_code, period, cost_centre, staff_group
