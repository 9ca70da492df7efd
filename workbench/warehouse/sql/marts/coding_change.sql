-- grain: one row per organisation, month end and assignment whose coding or place differs from the month loaded before
-- Recode: only what the record calls the job changed (staff group, job role, occupation code, area of work, cost
-- centre). Movement: position, directorate, service, team, band or FTE changed too, or the job role from an effective
-- date. A change of those without any change of coding is a movement as well, but not of FTE alone (our choices,
-- docs/methodology/coding_change.md). An assignment not employed in both months did not change: it began or ended.
with months as (
    select
        organisation_code,
        period,
        lag(period) over (partition by organisation_code order by period) as previous_period
    from (select distinct organisation_code, period from marts.assignment_month)
),

held as (
    select
        assignment.*,
        months.previous_period,
        coalesce(evidence.coded_profession, 'Not an AHP') as coded_profession
    from marts.assignment_month as assignment
    inner join months using (organisation_code, period)
    left join marts.profession_evidence as evidence using (organisation_code, period, assignment_key)
    where assignment.is_employed
),

pairs as (
    select
        later.organisation_code,
        later.period,
        later.previous_period,
        later.person_key,
        later.assignment_key,
        later.assignment_order,
        later.assignment_start_date is distinct from earlier.assignment_start_date
        and later.assignment_start_date between later.previous_period + 1 and later.period as has_effective_date,
        later.assignment_start_date,
        earlier.staff_group is distinct from later.staff_group as staff_group_changed,
        coalesce(earlier.job_role_code, earlier.job_role)
        is distinct from coalesce(later.job_role_code, later.job_role) as job_role_changed,
        earlier.occupation_code is distinct from later.occupation_code as occupation_code_changed,
        earlier.area_of_work is distinct from later.area_of_work as area_of_work_changed,
        earlier.cost_centre is distinct from later.cost_centre as cost_centre_changed,
        earlier.position_number is distinct from later.position_number as position_changed,
        earlier.directorate <> later.directorate
        or earlier.service <> later.service
        or earlier.team <> later.team as team_changed,
        earlier.pay_band <> later.pay_band as pay_band_changed,
        earlier.fte is distinct from later.fte as fte_changed,
        earlier.occupation_code as occupation_code_before,
        later.occupation_code as occupation_code_after,
        earlier.job_role_code as job_role_code_before,
        later.job_role_code as job_role_code_after,
        earlier.area_of_work as area_of_work_before,
        later.area_of_work as area_of_work_after,
        earlier.position_number as position_number_before,
        later.position_number as position_number_after,
        earlier.coded_profession as coded_before,
        later.coded_profession as coded_after,
        earlier.profession as evidenced_before,
        later.profession as evidenced_after,
        earlier.fte as fte_before,
        later.fte as fte_after
    from held as later
    inner join held as earlier
        on earlier.organisation_code = later.organisation_code
        and earlier.assignment_key = later.assignment_key
        and earlier.person_key = later.person_key
        and earlier.period = later.previous_period
),

judged as (
    select
        *,
        staff_group_changed
        or job_role_changed
        or occupation_code_changed
        or area_of_work_changed
        or cost_centre_changed as coding_changed,
        position_changed or team_changed or pay_band_changed as place_changed
    from pairs
)

select
    organisation_code,
    period,
    previous_period,
    person_key,
    assignment_key,
    assignment_order,
    case
        when place_changed or fte_changed or (job_role_changed and coalesce(has_effective_date, false)) then 'movement'
        else 'recode'
    end as kind,
    case when coalesce(has_effective_date, false) then assignment_start_date end as effective_date,
    staff_group_changed,
    job_role_changed,
    occupation_code_changed,
    area_of_work_changed,
    cost_centre_changed,
    position_changed,
    team_changed,
    pay_band_changed,
    fte_changed,
    occupation_code_before,
    occupation_code_after,
    job_role_code_before,
    job_role_code_after,
    area_of_work_before,
    area_of_work_after,
    position_number_before,
    position_number_after,
    coded_before,
    coded_after,
    evidenced_before,
    evidenced_after,
    fte_before,
    fte_after
from judged
where coding_changed or place_changed
order by organisation_code, period, person_key, assignment_order, assignment_key
