-- grain: one row per cost centre and staff group that stands in the ledger alone, in ESR alone, or without budget
-- An unfunded line (budget 0 with staff) has no rate: nothing can be divided by it. A position nobody holds is not
-- in staff in post, so a budget line without any holder may be a vacancy: a person decides.
with asked as (
    select unnest($asked, recursive := true)
),

budgets as (
    select
        organisation_code,
        period,
        upper(trim(cost_centre)) as cost_centre,
        coalesce(staff_group, 'unknown') as staff_group,
        min(staff_group_code) as staff_group_code,
        sum(budget_wte) as budget_wte
    from staging.ledger
    where organisation_code in (select organisation_code from asked)
    group by all
),

-- The ledger comes when it comes: the one before may be several months older.
months as (
    select organisation_code, period, lag(period) over (partition by organisation_code order by period) as earlier
    from (select distinct organisation_code, period from budgets)
    qualify (organisation_code, period) in (from asked)
),

staff as (
    select
        organisation_code,
        period,
        upper(trim(cost_centre)) as cost_centre,
        staff_group,
        min(staff_group_code) as staff_group_code,
        sum(fte) as fte,
        count(*) as assignments,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team
    from marts.assignment_month
    where (organisation_code, period) in (from asked union select organisation_code, earlier from months)
        and is_employed
        and is_substantive
    group by all
),

compared as (
    select
        organisation_code,
        period,
        cost_centre,
        staff_group,
        coalesce(budgets.staff_group_code, staff.staff_group_code) as staff_group_code,
        staff.directorate,
        staff.service,
        staff.team,
        staff.fte,
        staff.assignments,
        budgets.budget_wte,
        case
            when staff.period is null then 'no position'
            when budgets.period is null then 'no budget line'
            else 'unfunded'
        end as what
    from budgets
    full outer join staff using (organisation_code, period, cost_centre, staff_group)
    where
        (staff.period is null and budgets.budget_wte > 0)
        or budgets.period is null
        or (budgets.budget_wte = 0 and staff.assignments > 0)
),

found as (
    select compared.*, before.what is not null as was_there
    from compared
    inner join months using (organisation_code, period)
    left join compared as before
        on before.organisation_code = compared.organisation_code
        and before.period = months.earlier
        and before.cost_centre is not distinct from compared.cost_centre
        and before.staff_group = compared.staff_group
        and before.what = compared.what
)

select
    organisation_code,
    period,
    coalesce(cost_centre, 'no cost centre') || '/' || coalesce(staff_group_code, staff_group) as subject_key,
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
    case what when 'unfunded' then 'budget_wte' else 'cost_centre' end as field,
    coalesce(staff_group_code, staff_group) as current_code,
    staff_group as current_name,
    'ledger' as other_source,
    what as other_value,
    case what
        when 'no position' then 'Budget of ' || budget_wte::decimal(18, 2)::varchar || ' WTE without staff in post'
        when 'no budget line' then fte::decimal(18, 2)::varchar || ' FTE in post without a budget line'
        else fte::decimal(18, 2)::varchar || ' FTE in post on a line without budget (unfunded)'
    end
    || case when was_there then '; the same as in the ledger before.' else '; new since the ledger before.' end
        as detail
from found
order by organisation_code, period, cost_centre, staff_group
