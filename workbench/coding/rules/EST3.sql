-- grain: one row per assignment whose costing splits do not total 100%, or per other cost centre that it is charged to
with asked as (
    select unnest($asked, recursive := true)
),

splits as (
    select
        asked.organisation_code,
        asked.period,
        split.assignment_key,
        upper(trim(split.cost_centre)) as charged_to,
        sum(split.percent) as percent
    from staging.costing_splits as split
    inner join asked
        on asked.organisation_code = split.organisation_code
        and split.effective_from <= asked.period
        and coalesce(split.effective_to >= asked.period, true)
    group by all
),

totals as (
    select organisation_code, period, assignment_key, sum(percent) as percent
    from splits
    group by organisation_code, period, assignment_key
),

held as (
    select *, upper(trim(cost_centre)) as own_cost_centre
    from marts.assignment_month
    where is_employed
        and (organisation_code, period, assignment_key) in (select organisation_code, period, assignment_key from totals)
),

differences as (
    select
        held.*,
        'E' as severity,
        'percent' as field,
        '100' as current_value,
        totals.percent::decimal(18, 2)::varchar as charged,
        'The costing splits total ' || totals.percent::decimal(18, 2)::varchar || '%, not 100%' as what
    from held
    inner join totals using (organisation_code, period, assignment_key)
    where abs(totals.percent - 100) > $split_tolerance::decimal(18, 4)
    union all
    select
        held.*,
        'R',
        'cost_centre',
        held.cost_centre,
        splits.charged_to,
        'Charged in part or whole to another cost centre than the assignment''s own'
    from held
    inner join splits using (organisation_code, period, assignment_key)
    where splits.charged_to <> held.own_cost_centre and splits.percent <> 0
),

-- Every cost centre that the assignment is charged to.
lines as (
    select
        organisation_code,
        period,
        assignment_key,
        string_agg(charged_to || ' ' || percent::decimal(18, 2)::varchar || '%', ', ' order by charged_to) as lines
    from splits
    where (organisation_code, period, assignment_key) in (
            select organisation_code, period, assignment_key from differences
        )
    group by organisation_code, period, assignment_key
)

select
    organisation_code,
    period,
    assignment_key as subject_key,
    severity,
    person_key,
    assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    profession,
    fte::double as fte,
    null::bigint as holders,
    field,
    current_value as current_code,
    null::varchar as current_name,
    'costing splits' as other_source,
    charged as other_value,
    what || ': ' || lines || '.' as detail
from differences
inner join lines using (organisation_code, period, assignment_key)
order by organisation_code, period, assignment_key, field, other_value
