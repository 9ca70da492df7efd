-- grain: one row per allied health professional in their first days whose record was not right the first time
-- In question is whoever started within $starter_days days before the month end. Not right: a coding field is blank or
-- no valid code, the evidence contradicts a field, or a code was changed since the start.
with asked as (
    select unnest($asked, recursive := true)
),

started as (
    select asked.organisation_code, asked.period, starter.person_key, max(starter.start_date) as start_date
    from staging.starters as starter
    inner join asked
        on asked.organisation_code = starter.organisation_code
        and starter.start_date between asked.period - $starter_days::integer and asked.period
    group by all
),

held as (
    select record.*, started.start_date, starter.recruitment_source, starter.created_by_interface
    from marts.coding_record as record
    inner join started using (organisation_code, period, person_key)
    left join staging.starters as starter using (organisation_code, person_key, start_date)
    where record.is_ahp_evidenced
),

recodes as (
    select
        started.organisation_code,
        started.period,
        change.assignment_key,
        arg_max(change.occupation_code_before, change.period) as code_before,
        max(change.period) as changed_in
    from marts.coding_change as change
    inner join started
        on started.organisation_code = change.organisation_code
        and started.person_key = change.person_key
        and change.period > started.start_date
        and change.period <= started.period
    where
        change.kind = 'recode'
        and (change.occupation_code_changed or change.job_role_changed or change.area_of_work_changed)
    group by started.organisation_code, started.period, change.assignment_key
),

judged as (
    select
        held.*,
        recodes.code_before,
        case
            when recodes.assignment_key is not null
                then 'the coding was changed by ' || strftime(recodes.changed_in, '%d/%m/%Y')
            when held.occupation_code is null then 'the occupation code is blank'
            when held.coded_group = 'not valid' then 'the occupation code is not valid'
            when not coalesce(held.code_is_valid, true) then 'the occupation code is retired'
            when held.job_role is null then 'the job role is blank'
            when held.area_of_work is null then 'the area of work is blank'
            when held.vote_status in ('conflict', 'majority') then 'code, job role and registration disagree'
            when not coalesce(held.radiography_branch_agrees, true)
                then 'code and job role name two radiography branches'
            when held.evidenced_profession is not null and held.coded_profession is null
                then 'the occupation code names no profession'
        end as what
    from held
    left join recodes using (organisation_code, period, assignment_key)
)

select
    organisation_code,
    period,
    assignment_key as subject_key,
    'I' as severity,
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
    'occupation_code' as field,
    occupation_code as current_code,
    occupation_code_name as current_name,
    'starters' as other_source,
    code_before as other_value,
    'Not right the first time: ' || what || '. Recruited by: ' || coalesce(recruitment_source, 'not recorded')
    || case when created_by_interface then ', record made by an interface.' else ', record made by hand.' end as detail
from judged
where what is not null
order by organisation_code, period, assignment_key
