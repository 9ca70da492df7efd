-- grain: one row per AHP position whose title, band or team changed without its coding, or the reverse
-- A field changed when no holder's value now was held by any holder in the month loaded before.
with months as (
    select max(period) as earlier
    from marts.assignment_month
    where organisation_code = $organisation and period < $period
),

records as (
    select
        record.*,
        coalesce(record.vote_status not in ('none', 'weak') or record.staff_group_code = '04', false) as is_ahp
    from marts.coding_record as record
    where
        record.organisation_code = $organisation
        and record.position_number is not null
        and (record.period = $period or record.period = (select earlier from months))
),

positions as (
    select
        period,
        position_number,
        min(position_title) as position_title,
        min(directorate) as directorate,
        min(service) as service,
        min(team) as team,
        min(cost_centre) as cost_centre,
        min(evidenced_profession) as profession,
        sum(fte) as fte,
        max(holders) as holders,
        min(pay_band) as pay_band,
        min(occupation_code) as occupation_code,
        min(occupation_code_name) as occupation_code_name,
        min(job_role) as job_role,
        list(distinct coalesce(lower(trim(position_title)), '')) as titles,
        list(distinct pay_band) as pay_bands,
        list(distinct team) as teams,
        list(distinct coalesce(occupation_code, '')) as codes,
        list(distinct coalesce(job_role_code, job_role, '')) as job_roles,
        bool_or(is_ahp) as is_ahp
    from records
    group by period, position_number
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
            case when not list_has_any(later.codes, earlier.codes) then 'occupation code' end,
            case when not list_has_any(later.job_roles, earlier.job_roles) then 'job role' end
        ) as coding_changes,
        concat_ws(' / ', earlier.position_title, earlier.pay_band, earlier.team) as job_before,
        concat_ws(' / ', later.position_title, later.pay_band, later.team) as job_now
    from positions as later
    inner join positions as earlier on earlier.position_number = later.position_number
    where later.period = $period and earlier.period < $period and (later.is_ahp or earlier.is_ahp)
)

select
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
    profession,
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
order by position_number
