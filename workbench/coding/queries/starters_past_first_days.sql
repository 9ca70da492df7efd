-- grain: one row per start of an allied health professional whose first days are over at the month end
-- parameters: $organisation, $period, $first (first day of the starts looked at), $starter_days.
-- Who is an AHP is read from the first month end that lists the person; someone never listed cannot be judged.
with starts as (
    select distinct person_key, start_date
    from staging.starters
    where
        organisation_code = $organisation
        and start_date >= $first
        and start_date + $starter_days::integer <= $period
),

first_listed as (
    select
        starts.person_key,
        starts.start_date,
        record.assignment_key,
        coalesce(record.evidenced_profession, record.coded_profession, 'unknown') as profession,
        record.service
    from starts
    inner join marts.coding_record as record
        on record.person_key = starts.person_key
        and record.organisation_code = $organisation
        and record.period between starts.start_date and $period
    where record.vote_status not in ('none', 'weak') or record.staff_group_code = '04'
    qualify row_number() over (
        partition by starts.person_key, starts.start_date
        order by
            record.period,
            record.is_primary_recorded desc nulls last,
            record.assignment_order,
            record.assignment_key
    ) = 1
),

recoded as (
    select distinct first_listed.person_key, first_listed.start_date
    from first_listed
    inner join marts.coding_change as change
        on change.organisation_code = $organisation
        and change.person_key = first_listed.person_key
        and change.kind = 'recode'
        and (change.occupation_code_changed or change.job_role_changed or change.area_of_work_changed)
        and change.period > first_listed.start_date
        and change.period <= first_listed.start_date + $starter_days::integer
)

select
    first_listed.person_key,
    first_listed.start_date,
    first_listed.start_date + $starter_days::integer as first_days_end,
    first_listed.profession,
    first_listed.service,
    recoded.person_key is not null as is_recoded
from first_listed
left join recoded using (person_key, start_date)
order by first_listed.start_date, first_listed.person_key
