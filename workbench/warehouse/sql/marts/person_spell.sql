-- grain: one row per organisation, person and unbroken run of month ends in which the person is unchanged
-- A run ends where anything that marts.person_month holds of the person changes, where the person is not listed, and
-- where a calendar month is not loaded: what happened in between is unknown. Expanding first_month to last_month gives
-- marts.person_month back, row for row. States are compared by a 64-bit fingerprint of all columns, so that the one
-- pass over the months carries no texts (docs/adr/0006-spells.md).
with listed as (
    select
        organisation_code,
        person_key,
        period,
        hash(*columns(* exclude (organisation_code, person_key, period))) as attributes
    from marts.person_month
),

-- Month ends that follow each other are at most 31 days apart.
beside as (
    select
        organisation_code,
        person_key,
        period,
        coalesce(period - lag(period) over history > 31, true)
        or lag(attributes) over history <> attributes as begins,
        coalesce(lead(period) over history - period > 31, true)
        or lead(attributes) over history <> attributes as ends
    from listed
    window history as (partition by organisation_code, person_key order by period)
),

edges as (
    select
        organisation_code,
        person_key,
        period,
        begins,
        case when ends then period else lead(period) over history end as last_month
    from beside
    where begins or ends
    window history as (partition by organisation_code, person_key order by period)
)

select
    edges.organisation_code,
    edges.person_key,
    edges.period as first_month,
    edges.last_month,
    month.* exclude (organisation_code, person_key, period)
from edges
inner join marts.person_month as month
    on month.organisation_code = edges.organisation_code
    and month.person_key = edges.person_key
    and month.period = edges.period
where edges.begins
order by edges.organisation_code, edges.person_key, edges.period
