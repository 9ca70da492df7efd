-- grain: one row per person on a service list and field in which the list and ESR differ
-- Compared are profession, pay band, FTE (to 0.01) and team. What the list leaves blank is not compared; a person on
-- two rows of the list shares their time, which MUL2 and MUL3 look at. The list bears no date: latest month only.
with latest as (
    select organisation_code, max(period) as period
    from marts.assignment_month
    group by organisation_code
    having (organisation_code, max(period)) in (select unnest($asked, recursive := true))
),

listed as (
    select list.*, latest.period
    from staging.service_list as list
    inner join latest using (organisation_code)
    qualify count(*) over (partition by organisation_code, list.person_key) = 1
),

employed as (
    select
        held.*,
        coalesce(held.service = listed.service, false) as is_in_service
    from marts.coding_record as held
    inner join listed using (organisation_code, period, person_key)
),

-- Someone who also works elsewhere, or on the bank, is compared by their work in the service that lists them. With
-- two contracts there, the list may state both together or the one it means: MUL1 asks about the second.
compared as (
    select *
    from employed
    qualify
        dense_rank() over (
            partition by organisation_code, person_key
            order by is_substantive desc, is_in_service desc
        ) = 1
),

in_esr as (
    select
        organisation_code,
        period,
        person_key,
        sum(fte) as fte,
        arg_min(assignment_key, (-fte, assignment_order)) as assignment_key,
        arg_min(position_number, (-fte, assignment_order)) as position_number,
        arg_min(position_title, (-fte, assignment_order)) as position_title,
        arg_min(directorate, (-fte, assignment_order)) as directorate,
        arg_min(service, (-fte, assignment_order)) as service,
        arg_min(team, (-fte, assignment_order)) as team,
        arg_min(cost_centre, (-fte, assignment_order)) as cost_centre,
        arg_min(profession, (-fte, assignment_order)) as profession,
        arg_min(pay_band, (-fte, assignment_order)) as pay_band,
        list(fte) as ftes,
        list(lower(trim(team))) as teams,
        list(lower(trim(pay_band))) as pay_bands,
        list(profession) as professions,
        bool_or(vote_status = 'conflict') as is_disputed,
        bool_or(profession = 'Arts therapist, type not stated') as is_arts_undivided
    from compared
    group by organisation_code, period, person_key
),

pairs as (
    select in_esr.*, listed.profession as listed_profession, listed.pay_band as listed_band,
        listed.team as listed_team, listed.fte as listed_fte, arts.is_arts_therapy
    from listed
    inner join in_esr using (organisation_code, period, person_key)
    left join reference.profession as arts on arts.label = listed.profession
),

-- A disputed profession is no value to compare with: CON1 and CON2 ask about it.
differences as (
    select *, 'profession' as field, profession as esr_value, listed_profession as list_value
    from pairs
    where
        listed_profession is not null
        and not is_disputed
        and not list_contains(professions, listed_profession)
        and not (is_arts_undivided and coalesce(is_arts_therapy, false))
    union all
    select *, 'pay_band', pay_band, listed_band
    from pairs
    where listed_band is not null and not list_contains(pay_bands, lower(trim(listed_band)))
    union all
    select *, 'team', team, listed_team
    from pairs
    where listed_team is not null and not list_contains(teams, lower(trim(listed_team)))
    union all
    select *, 'fte', fte::decimal(18, 2)::varchar, listed_fte::decimal(18, 2)::varchar
    from pairs
    where
        abs(listed_fte - fte) > 0.01
        and not list_bool_or(list_transform(ftes, lambda one : abs(listed_fte - one) <= 0.01))
)

select
    organisation_code,
    period,
    person_key as subject_key,
    'R' as severity,
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
    esr_value as current_code,
    esr_value as current_name,
    'service list' as other_source,
    list_value as other_value,
    case field
        when 'profession' then 'The service list names another profession than the evidence in ESR.'
        when 'pay_band' then 'The service list names another pay band than ESR.'
        when 'team' then 'The service list names another team than ESR.'
        else 'The service list states another FTE than the contracts in ESR.'
    end as detail
from differences
order by organisation_code, period, person_key, field
