-- grain: one row per AHP position whose title, band or team changed without its coding, or the reverse
-- parameters: $asked
-- A field changed when no holder's value now was held by any holder in the month loaded before.
with months as (
    select organisation_code, period, lag(period) over (partition by organisation_code order by period) as earlier
    from (select distinct organisation_code, period from marts.assignment_month)
    qualify (organisation_code, period) in (select unnest($asked, recursive := true))
),

positions_now as materialized (
    select positions.*, months.earlier
    from marts.position_month as positions
    inner join months using (organisation_code, period)
),

positions_before as materialized (
    select positions.*, months.period as later
    from marts.position_month as positions
    inner join months on months.organisation_code = positions.organisation_code and months.earlier = positions.period
),

pairs as (
    select
        later.*,
        earlier.period as earlier_period,
        earlier.occupation_code as code_before,
        concat_ws(', ',
            case when not list_has_any(later.titles, earlier.titles) then 'title' end,
            case when not list_has_any(later.pay_bands, earlier.pay_bands) then 'band' end,
            case when not list_has_any(later.teams, earlier.teams) then 'team' end
        ) as job_changes,
        concat_ws(', ',
            case when not list_has_any(later.occupation_codes, earlier.occupation_codes) then 'occupation code' end,
            case when not list_has_any(later.job_roles, earlier.job_roles) then 'job role' end
        ) as coding_changes,
        concat_ws(' / ', earlier.position_title, earlier.pay_band, earlier.team) as job_before,
        concat_ws(' / ', later.position_title, later.pay_band, later.team) as job_now
    from positions_now as later
    inner join positions_before as earlier
        on earlier.organisation_code = later.organisation_code
        and earlier.later = later.period
        and earlier.position_number = later.position_number
    where later.is_ahp_evidenced or earlier.is_ahp_evidenced
)

select
    organisation_code,
    period,
    position_number as subject_key,
    'R' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    position_number,
    position_title,
    directorate,
    service,
    team,
    cost_centre,
    first_profession as profession,
    fte::double as fte,
    holders::bigint as holders,
    case when coding_changes = '' then 'position_title' else 'occupation_code' end as field,
    case when coding_changes = '' then job_now else occupation_code end as current_code,
    case when coding_changes <> '' then occupation_code_name end as current_name,
    'the month before' as other_source,
    case when coding_changes = '' then job_before else code_before end as other_value,
    'Between ' || strftime(earlier_period, '%d/%m/%Y') || ' and ' || strftime(period, '%d/%m/%Y') || ': '
    || case
        when coding_changes = '' then job_changes || ' changed and the coding did not.'
        else coding_changes || ' changed; title, band and team did not.'
    end as detail
from pairs
where (job_changes = '') <> (coding_changes = '')
order by organisation_code, period, position_number
