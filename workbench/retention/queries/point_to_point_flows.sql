-- grain: one row per closing month end and placement (directorate to pay band, and whether in training)
-- Counted are people of the population ($status: active or employed) at the two month ends of each window.
-- Identity: opening + joiners + transferred_in - leavers - transferred_out - artefacts = closing, over all rows of one
-- closing month. Those who left stand in the placement at the opening month end, those who joined in that at the
-- closing one. A record that only ended because it was a duplicate, or because nobody ever worked on it, is an
-- artefact; someone who went with a recorded merger or transfer of staff is transferred; neither is a leaver.
-- People are followed into other organisations served where marts.person_link knows them.
with months as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation
),

windows as (
    select
        opening.period as opening_month,
        closing.period as closing_month
    from months as closing
    inner join months as opening
        on opening.period = last_day(closing.period - to_months($window_months))
    where closing.period between $first and $last
),

listed as (
    select
        period,
        person_key,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        is_trainee,
        is_active or $status = 'employed' as is_counted,
        case when $status = 'employed' then fte else fte_active end as fte
    from marts.person_month
    where organisation_code = $organisation
),

links as (
    select
        own.person_key,
        elsewhere.organisation_code as other_organisation,
        elsewhere.person_key as other_person
    from marts.person_link as own
    inner join marts.person_link as elsewhere
        on own.linked_person = elsewhere.linked_person and own.organisation_code <> elsewhere.organisation_code
    where own.organisation_code = $organisation
),

elsewhere as (
    select
        links.person_key,
        links.other_organisation,
        other.period,
        other.staff_group
    from links
    inner join marts.person_month as other
        on links.other_organisation = other.organisation_code and links.other_person = other.person_key
    where other.is_active or $status = 'employed'
),

elsewhere_at_all as (
    select distinct person_key, period
    from elsewhere
),

elsewhere_in_group as (
    select distinct person_key, period, staff_group
    from elsewhere
),

changes as (
    select
        windows.closing_month,
        upper(trim(change.predecessor_organisation_code)) as predecessor,
        change.organisation_code as successor,
        change.effective_date
    from windows
    inner join staging.organisation_changes as change
        on change.effective_date > windows.opening_month and change.effective_date <= windows.closing_month
),

went_with_a_change as (
    select
        changes.closing_month,
        elsewhere.person_key
    from changes
    inner join elsewhere
        on changes.successor = elsewhere.other_organisation and changes.closing_month = elsewhere.period
    where changes.predecessor = $organisation
    union
    select
        changes.closing_month,
        leavings.person_key
    from changes
    inner join staging.leavers as leavings
        on changes.predecessor = leavings.organisation_code and changes.effective_date = leavings.leaving_date + 1
    where leavings.organisation_code = $organisation
),

came_with_a_change as (
    select
        changes.closing_month,
        elsewhere.person_key
    from changes
    inner join windows on changes.closing_month = windows.closing_month
    inner join elsewhere
        on changes.predecessor = elsewhere.other_organisation and windows.opening_month = elsewhere.period
    where changes.successor = $organisation
    union
    select
        changes.closing_month,
        assignments.person_key
    from changes
    inner join marts.assignment_month as assignments
        on
            changes.successor = assignments.organisation_code
            and changes.closing_month = assignments.period
            and changes.effective_date = assignments.organisation_start_date
    where assignments.organisation_code = $organisation
),

last_records as (
    select
        windows.closing_month,
        leavings.person_key,
        leavings.leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked') as is_artefact,
        leavings.destination_on_leaving_code
    from windows
    inner join staging.leavers as leavings
        on leavings.leaving_date <= windows.closing_month
    where leavings.organisation_code = $organisation
    qualify row_number() over (
        partition by windows.closing_month, leavings.person_key
        order by
            leavings.leaving_date desc,
            leavings.leaving_reason is not null desc,
            leavings.assignment_order
    ) = 1
),

opening_people as (
    select
        windows.closing_month,
        listed.* exclude (period, is_counted)
    from windows
    inner join listed on windows.opening_month = listed.period
    where listed.is_counted
),

closing_people as (
    select
        windows.closing_month,
        windows.opening_month,
        listed.* exclude (period)
    from windows
    inner join listed on windows.closing_month = listed.period
),

opening_side as (
    select
        opening.* exclude (person_key, fte),
        1 as opening,
        opening.fte as opening_fte,
        closing.staff_group is distinct from opening.staff_group as changes_group,
        elsewhere_at_all.person_key is not null as is_elsewhere,
        elsewhere_in_group.person_key is not null as is_in_group_elsewhere,
        case
            when closing.is_counted then 'here'
            when went_with_a_change.person_key is not null then 'transferred'
            when closing.person_key is not null then 'inactive'
            when last_records.is_artefact then 'artefact'
            when last_records.destination_on_leaving_code = '01' then 'NHS'
            when last_records.destination_on_leaving_code is not null then 'outside the NHS'
            else 'unknown'
        end as went
    from opening_people as opening
    left join closing_people as closing using (closing_month, person_key)
    left join elsewhere_at_all
        on opening.person_key = elsewhere_at_all.person_key and opening.closing_month = elsewhere_at_all.period
    left join elsewhere_in_group
        on
            opening.person_key = elsewhere_in_group.person_key
            and opening.closing_month = elsewhere_in_group.period
            and opening.staff_group = elsewhere_in_group.staff_group
    left join went_with_a_change using (closing_month, person_key)
    left join last_records using (closing_month, person_key)
),

closing_side as (
    select
        closing.* exclude (person_key, fte, opening_month, is_counted),
        1 as closing,
        closing.fte as closing_fte,
        opening.staff_group is distinct from closing.staff_group
        and elsewhere_in_group.person_key is null
        and came_with_a_change.person_key is null as is_new_in_group,
        opening.person_key is null and came_with_a_change.person_key is null as is_new,
        opening.person_key is null and came_with_a_change.person_key is not null as is_transferred
    from closing_people as closing
    left join opening_people as opening using (closing_month, person_key)
    left join elsewhere_in_group
        on
            closing.person_key = elsewhere_in_group.person_key
            and closing.opening_month = elsewhere_in_group.period
            and closing.staff_group = elsewhere_in_group.staff_group
    left join came_with_a_change using (closing_month, person_key)
    where closing.is_counted
),

flagged as (
    select
        * exclude (went, changes_group, is_elsewhere, is_in_group_elsewhere),
        went = 'artefact' as is_artefact,
        went = 'transferred' as is_transferred_out,
        went in ('inactive', 'NHS', 'outside the NHS', 'unknown') as left_organisation,
        went not in ('artefact', 'transferred')
        and (went <> 'here' or changes_group)
        and not is_in_group_elsewhere as left_group,
        went in ('inactive', 'outside the NHS') and not is_elsewhere as left_nhs,
        went in ('inactive', 'outside the NHS', 'unknown') and not is_elsewhere as perhaps_left_nhs
    from opening_side
),

both_sides as (
    select * from flagged
    union all by name
    select * from closing_side
)

select
    closing_month as month,
    $organisation as organisation,
    directorate,
    service,
    team,
    staff_group,
    profession,
    pay_band,
    is_trainee,
    count(opening) as opening,
    count(closing) as closing,
    count(*) filter (where left_organisation) as leavers,
    count(*) filter (where left_group) as leavers_of_group,
    count(*) filter (where left_nhs) as leavers_of_nhs_lower,
    count(*) filter (where perhaps_left_nhs) as leavers_of_nhs_upper,
    count(*) filter (where is_new) as joiners,
    count(*) filter (where is_new_in_group) as joiners_of_group,
    count(*) filter (where is_artefact) as artefacts,
    count(*) filter (where is_transferred_out) as transferred_out,
    count(*) filter (where is_transferred) as transferred_in,
    coalesce(sum(opening_fte), 0) as opening_fte,
    coalesce(sum(closing_fte), 0) as closing_fte,
    coalesce(sum(opening_fte) filter (where left_organisation), 0) as leavers_fte,
    coalesce(sum(opening_fte) filter (where left_group), 0) as leavers_of_group_fte,
    coalesce(sum(opening_fte) filter (where left_nhs), 0) as leavers_of_nhs_lower_fte,
    coalesce(sum(opening_fte) filter (where perhaps_left_nhs), 0) as leavers_of_nhs_upper_fte,
    coalesce(sum(closing_fte) filter (where is_new), 0) as joiners_fte,
    coalesce(sum(closing_fte) filter (where is_new_in_group), 0) as joiners_of_group_fte
from both_sides
group by all
order by all
