-- grain: one row per allied health professional in their first days whose record was not right the first time
-- In question is whoever started within $starter_days days before the month end. Not right: a coding field is blank or
-- no valid code, the evidence contradicts a field, or a code was changed since the start.
with started as (
    select person_key, max(start_date) as start_date
    from staging.starters
    where organisation_code = $organisation and start_date between $period::date - $starter_days::integer and $period
    group by person_key
),

sources as (
    select person_key, start_date, recruitment_source, created_by_interface
    from staging.starters
    where organisation_code = $organisation
),

held as (
    select record.*, started.start_date, sources.recruitment_source, sources.created_by_interface
    from marts.coding_record as record
    inner join started on started.person_key = record.person_key
    left join sources
        on sources.person_key = started.person_key and sources.start_date = started.start_date
    where
        record.organisation_code = $organisation
        and record.period = $period
        and (record.vote_status not in ('none', 'weak') or record.staff_group_code = '04')
),

recodes as (
    select
        change.assignment_key,
        arg_max(change.occupation_code_before, change.period) as code_before,
        max(change.period) as changed_in
    from marts.coding_change as change
    inner join started on started.person_key = change.person_key
    where
        change.organisation_code = $organisation
        and change.kind = 'recode'
        and (change.occupation_code_changed or change.job_role_changed or change.area_of_work_changed)
        and change.period > started.start_date
        and change.period <= $period
    group by change.assignment_key
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
    left join recodes using (assignment_key)
)

select
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
order by assignment_key
