-- grain: one row per organisation, assignment and unbroken run of month ends in which it is unchanged
-- Every assignment listed is here, in scope or not, as in marts.assignment_month, which expanding first_month to
-- last_month gives back row for row. The rule is that of marts.person_spell.
with listed as (
    select
        organisation_code,
        assignment_key,
        period,
        hash(*columns(* exclude (organisation_code, assignment_key, period))) as attributes
    from marts.assignment_month
),

-- Month ends that follow each other are at most 31 days apart.
beside as (
    select
        organisation_code,
        assignment_key,
        period,
        coalesce(period - lag(period) over history > 31, true)
        or lag(attributes) over history <> attributes as begins,
        coalesce(lead(period) over history - period > 31, true)
        or lead(attributes) over history <> attributes as ends
    from listed
    window history as (partition by organisation_code, assignment_key order by period)
),

edges as (
    select
        organisation_code,
        assignment_key,
        period,
        begins,
        case when ends then period else lead(period) over history end as last_month
    from beside
    where begins or ends
    window history as (partition by organisation_code, assignment_key order by period)
)

select
    edges.organisation_code,
    edges.assignment_key,
    edges.period as first_month,
    edges.last_month,
    month.* exclude (organisation_code, assignment_key, period)
from edges
inner join marts.assignment_month as month
    on month.organisation_code = edges.organisation_code
    and month.assignment_key = edges.assignment_key
    and month.period = edges.period
where edges.begins
order by edges.organisation_code, edges.assignment_key, edges.period
