-- grain: one row per allied health professional in their first days whose record says too little of where they came from
-- In question is whoever started within $starter_days days before the month end and is listed there. One finding each,
-- the gravest: no source, then what contradicts it. A record is transferred between NHS employers only, so a completed
-- transfer contradicts any other source; so does a previous employer beside no employment.
with asked as (
    select unnest($asked, recursive := true)
),

started as (
    select
        asked.organisation_code,
        asked.period,
        starter.person_key,
        starter.start_date,
        starter.recruitment_source,
        starter.recruitment_source_code,
        starter.previous_employer,
        coalesce(starter.iat_status = 'completed', false) as is_transferred
    from staging.starters as starter
    inner join asked
        on asked.organisation_code = starter.organisation_code
        and starter.start_date between asked.period - $starter_days::integer and asked.period
    qualify row_number() over (
        partition by asked.organisation_code, asked.period, starter.person_key
        order by starter.start_date desc
    ) = 1
),

held as (
    select
        record.*,
        started.start_date,
        started.recruitment_source,
        started.recruitment_source_code,
        started.previous_employer,
        started.is_transferred
    from marts.coding_record as record
    inner join started using (organisation_code, period, person_key)
    where record.is_ahp_evidenced
    qualify row_number() over (
        partition by record.organisation_code, record.period, record.person_key
        order by record.is_primary_recorded desc nulls last, record.assignment_order, record.assignment_key
    ) = 1
),

judged as (
    select
        *,
        case
            when recruitment_source is null then 'No recruitment source is recorded'
            when lower(recruitment_source) = 'unknown' then 'The recruitment source is not known'
            when recruitment_source_code = '01' and previous_employer is null
                then 'Recruited from the NHS, and no previous employer is recorded'
            when recruitment_source_code <> '01' and is_transferred
                then 'The record was transferred from an NHS employer, and the source says otherwise'
            when recruitment_source_code = '17' and previous_employer is not null
                then 'Recruited from no employment, and a previous employer is recorded'
            when recruitment_source_code is null then 'The recruitment source is not in the national list'
        end as what,
        case
            when lower(recruitment_source) <> 'unknown' and recruitment_source_code is null then 'I' else 'R'
        end as severity,
        case
            when recruitment_source_code <> '01' and is_transferred then 'iat_status' else 'previous_employer'
        end as other_source
    from held
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
    evidenced_profession as profession,
    fte::double as fte,
    holders::bigint as holders,
    'recruitment_source' as field,
    recruitment_source_code as current_code,
    recruitment_source as current_name,
    other_source,
    case
        when other_source = 'iat_status' then 'completed'
        when previous_employer is not null then 'recorded'
    end as other_value,
    what || '. Started on ' || strftime(start_date, '%d/%m/%Y') || '.' as detail
from judged
where what is not null
order by organisation_code, period, assignment_key
