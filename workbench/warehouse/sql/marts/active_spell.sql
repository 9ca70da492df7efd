-- grain: one row per organisation, person and unbroken run of loaded month ends in active service
-- Spells of marts.person_spell that touch are one here, whatever else changed about the person: a change of band or
-- hours must not look like leaving. `months` is how many month ends it has, `runs` how many runs the
-- person has. A month not loaded ends a run as it does there.
with active as (
    select
        organisation_code,
        person_key,
        first_month,
        last_month,
        lag(last_month) over history as previous_month,
        max(last_month) over (partition by organisation_code, person_key) as final_month
    from marts.person_spell
    where is_active
    window history as (partition by organisation_code, person_key order by first_month)
),

begun as (
    select *
    from active
    where previous_month is distinct from last_day(first_month - interval 1 month)
),

runs as (
    select
        organisation_code,
        person_key,
        first_month,
        coalesce(lead(previous_month) over history, final_month) as last_month,
        count(*) over (partition by organisation_code, person_key)::bigint as runs
    from begun
    window history as (partition by organisation_code, person_key order by first_month)
)

select
    organisation_code,
    person_key,
    first_month,
    last_month,
    datediff('month', first_month, last_month) + 1 as months,
    runs
from runs
order by organisation_code, person_key, first_month
