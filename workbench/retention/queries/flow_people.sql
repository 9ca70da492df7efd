-- grain: one row per person employed at the opening or the closing month end of a window
-- A person is absent from a side (null there) if no spell covers that month end: not employed in scope.
with at_opening as (
    select *
    from marts.person_spell
    where organisation_code = $organisation and $opening between first_month and last_month
),

at_closing as (
    select *
    from marts.person_spell
    where organisation_code = $organisation and $closing between first_month and last_month
),

here_before as (
    select distinct person_key
    from marts.person_spell
    where organisation_code = $organisation and last_month < $opening
),

links as (
    select
        own.person_key,
        elsewhere.organisation_code as other_organisation,
        elsewhere.person_key as other_person
    from marts.person_link as own
    inner join marts.person_link as elsewhere
        on elsewhere.linked_person = own.linked_person and elsewhere.organisation_code <> own.organisation_code
    where own.organisation_code = $organisation
),

active_elsewhere as (
    select
        links.person_key,
        links.other_organisation,
        bool_or($opening between spell.first_month and spell.last_month) as at_opening,
        bool_or($closing between spell.first_month and spell.last_month) as at_closing
    from links
    inner join marts.person_spell as spell
        on spell.organisation_code = links.other_organisation and spell.person_key = links.other_person
    where spell.is_active
    group by links.person_key, links.other_organisation
),

elsewhere as (
    select
        person_key,
        bool_or(at_opening) as at_opening,
        bool_or(at_closing) as at_closing
    from active_elsewhere
    group by person_key
),

organisation_changes as (
    select
        upper(trim(predecessor_organisation_code)) as predecessor,
        organisation_code as successor,
        effective_date
    from staging.organisation_changes
    where effective_date > $opening and effective_date <= $closing
),

came_with_a_change as (
    select active_elsewhere.person_key
    from active_elsewhere
    inner join organisation_changes
        on organisation_changes.predecessor = active_elsewhere.other_organisation
        and organisation_changes.successor = $organisation
    where active_elsewhere.at_opening
    union
    select listed.person_key
    from marts.assignment_spell as listed
    inner join organisation_changes
        on organisation_changes.successor = listed.organisation_code
        and organisation_changes.effective_date = listed.organisation_start_date
    where listed.organisation_code = $organisation and $closing between listed.first_month and listed.last_month
),

went_with_a_change as (
    select active_elsewhere.person_key
    from active_elsewhere
    inner join organisation_changes
        on organisation_changes.successor = active_elsewhere.other_organisation
        and organisation_changes.predecessor = $organisation
    where active_elsewhere.at_closing
    union
    select leaving.person_key
    from staging.leavers as leaving
    inner join organisation_changes
        on organisation_changes.predecessor = leaving.organisation_code
        and organisation_changes.effective_date = leaving.leaving_date + 1
    where leaving.organisation_code = $organisation
),

last_leavings as (
    select
        person_key,
        leaving_reason
    from staging.leavers
    where organisation_code = $organisation and leaving_date <= $closing
    qualify row_number() over (
        partition by person_key
        order by leaving_date desc, leaving_reason is not null desc, assignment_order
    ) = 1
),

artefacts as (
    select person_key
    from last_leavings
    where leaving_reason in ('Merged Organisation - Duplicate Record', 'Has Not Worked')
),

changes as (
    select
        person_key,
        list(distinct dimension order by dimension) filter (where kind = 'movement') as moved_in
    from marts.person_group_change
    where organisation_code = $organisation and period > $opening and period <= $closing
    group by person_key
)

select
    coalesce(at_opening.person_key, at_closing.person_key) as person_key,
    at_opening.person_key is not null as listed_at_opening,
    at_closing.person_key is not null as listed_at_closing,
    coalesce(at_opening.is_active, false) as active_at_opening,
    coalesce(at_closing.is_active, false) as active_at_closing,
    coalesce(at_opening.is_trainee, false) as trainee_at_opening,
    coalesce(at_closing.is_trainee, false) as trainee_at_closing,
    coalesce(at_opening.fte, 0)::decimal(18, 4) as fte_employed_at_opening,
    coalesce(at_closing.fte, 0)::decimal(18, 4) as fte_employed_at_closing,
    coalesce(at_opening.fte_active, 0)::decimal(18, 4) as fte_active_at_opening,
    coalesce(at_closing.fte_active, 0)::decimal(18, 4) as fte_active_at_closing,
    at_opening.directorate as directorate_at_opening,
    at_opening.service as service_at_opening,
    at_opening.team as team_at_opening,
    at_opening.staff_group as staff_group_at_opening,
    at_opening.profession as profession_at_opening,
    at_opening.pay_band as pay_band_at_opening,
    at_closing.directorate as directorate_at_closing,
    at_closing.service as service_at_closing,
    at_closing.team as team_at_closing,
    at_closing.staff_group as staff_group_at_closing,
    at_closing.profession as profession_at_closing,
    at_closing.pay_band as pay_band_at_closing,
    here_before.person_key is not null as was_here_before,
    coalesce(elsewhere.at_opening, false) as elsewhere_at_opening,
    coalesce(elsewhere.at_closing, false) as elsewhere_at_closing,
    came_with_a_change.person_key is not null as came_with_a_change,
    went_with_a_change.person_key is not null as went_with_a_change,
    artefacts.person_key is not null as record_is_artefact,
    coalesce(changes.moved_in, []) as moved_in
from at_opening
full join at_closing on at_opening.person_key = at_closing.person_key
left join here_before on here_before.person_key = coalesce(at_opening.person_key, at_closing.person_key)
left join elsewhere on elsewhere.person_key = coalesce(at_opening.person_key, at_closing.person_key)
left join came_with_a_change on came_with_a_change.person_key = coalesce(at_opening.person_key, at_closing.person_key)
left join went_with_a_change on went_with_a_change.person_key = coalesce(at_opening.person_key, at_closing.person_key)
left join artefacts on artefacts.person_key = coalesce(at_opening.person_key, at_closing.person_key)
left join changes on changes.person_key = coalesce(at_opening.person_key, at_closing.person_key)
order by person_key
