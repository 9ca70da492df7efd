-- grain: one row per employed assignment of which a field names or hints at a profession, or whose S or A code is wrong
-- parameters: $organisation, $period, $registration_fresh_days, $gosc_check_interval_days. A registration counts as
-- verified when it is active, in date and was checked lately; osteopaths are checked by hand, so less often.
with registered as (
    select
        person_key,
        list_sort(list(distinct profession)) as registrations,
        list_sort(list(distinct profession) filter (
            status_code = '03'
            and coalesce(is_in_date, false)
            and date_diff('day', checked_date, period)
            <= case registration_body_code when '17' then $gosc_check_interval_days else $registration_fresh_days end
        )) as verified_registrations
    from marts.ahp_registration
    where organisation_code = $organisation
        and period = $period
    group by person_key
),

job_roles as (
    select
        code,
        min(branch) as branch
    from reference.profession_vote
    where source = 'job_role'
    group by code
)

select
    record.organisation_code as organisation,
    record.period as month,
    record.person_key,
    record.assignment_key,
    record.position_number,
    record.position_title,
    record.service,
    record.team,
    record.pay_band,
    record.fte,
    record.holders,
    record.staff_group_code,
    record.job_role_code,
    record.job_role,
    record.occupation_code,
    record.vote_status,
    record.evidenced_profession,
    record.coded_profession,
    record.coded_group,
    record.job_role_profession,
    record.registration_profession,
    record.job_role_agrees,
    record.registration_agrees,
    evidence.hinted_profession,
    coalesce(evidence.hint_agrees, false) as hint_agrees,
    job_roles.branch as job_role_branch,
    coalesce(registered.registrations, []) as registrations,
    coalesce(registered.verified_registrations, []) as verified_registrations
from marts.coding_record as record
inner join marts.profession_evidence as evidence
    on evidence.organisation_code = record.organisation_code
    and evidence.period = record.period
    and evidence.assignment_key = record.assignment_key
left join registered on registered.person_key = record.person_key
left join job_roles on job_roles.code = record.job_role_code
where record.organisation_code = $organisation
    and record.period = $period
    and (record.vote_status <> 'none' or record.coded_group = 'not valid')
order by record.person_key, record.assignment_key
