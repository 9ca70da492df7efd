-- grain: one row per spell that a new month ($month) begins or lengthens; all other spells stay as they are
-- A spell is lengthened when it reached the month end before and nothing about the person changed.
with reaching as (
    select
        organisation_code,
        person_key,
        first_month,
        hash(*columns(* exclude (organisation_code, person_key, first_month, last_month))) as attributes
    from marts.person_spell
    where last_month = last_day($month::date - interval 1 month)
),

arriving as (
    select
        *,
        hash(*columns(* exclude (organisation_code, person_key, period))) as attributes
    from incoming.person_month
)

select
    arriving.organisation_code,
    arriving.person_key,
    coalesce(reaching.first_month, arriving.period) as first_month,
    arriving.period as last_month,
    arriving.* exclude (organisation_code, person_key, period, attributes)
from arriving
left join reaching
    on reaching.organisation_code = arriving.organisation_code
    and reaching.person_key = arriving.person_key
    and reaching.attributes = arriving.attributes
order by arriving.organisation_code, arriving.person_key
