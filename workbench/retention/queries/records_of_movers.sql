-- grain: one row per person who is not in scope at both ends of a window: what starters and leavers say of them
-- The leaving record is the last one dated in the window; one dated before it counts where its assignment was still
-- listed at the opening. Of several on one day: one with a reason, then the lowest assignment number. The starting
-- record is the last one since the person was listed before.
with listed as (
    select
        person_key,
        period,
        assignment_key
    from marts.person_month
    where organisation_code = $organisation and period <= $closing
),

at_opening as (
    select * from listed where period = $opening
),

at_closing as (
    select * from listed where period = $closing
),

here_before as (
    select
        person_key,
        max(period) as last_listed
    from listed
    where period < $opening
    group by person_key
),

people as (
    select distinct listed.person_key
    from listed
    left join at_opening on at_opening.person_key = listed.person_key
    left join at_closing on at_closing.person_key = listed.person_key
    where listed.period >= $opening and (at_opening.person_key is null or at_closing.person_key is null)
),

assignments as (
    select
        person_key,
        assignment_key,
        organisation_start_date
    from marts.assignment_month
    where organisation_code = $organisation and period = $opening
),

leavings as (
    select leavers.*
    from staging.leavers
    left join at_opening on at_opening.person_key = leavers.person_key
    left join at_closing on at_closing.person_key = leavers.person_key
    left join assignments
        on
            assignments.person_key = leavers.person_key
            and assignments.assignment_key = coalesce(leavers.assignment_key, at_opening.assignment_key)
    where
        leavers.organisation_code = $organisation
        and at_closing.person_key is null
        and leavers.leaving_date <= $closing
        and (
            leavers.leaving_date >= $opening
            or (
                assignments.person_key is not null
                and leavers.leaving_date >= coalesce(assignments.organisation_start_date, leavers.leaving_date)
            )
        )
    qualify row_number() over (
        partition by leavers.person_key
        order by
            leavers.leaving_date desc,
            leavers.leaving_reason is not null desc,
            leavers.assignment_order,
            leavers.assignment_key
    ) = 1
),

starts as (
    select starters.*
    from staging.starters
    left join at_opening on at_opening.person_key = starters.person_key
    left join here_before on here_before.person_key = starters.person_key
    where
        starters.organisation_code = $organisation
        and at_opening.person_key is null
        and starters.start_date <= $closing
        and (here_before.last_listed is null or starters.start_date > here_before.last_listed)
    qualify row_number() over (partition by starters.person_key order by starters.start_date desc) = 1
)

select
    people.person_key,
    at_opening.person_key is not null as listed_at_opening,
    at_closing.person_key is not null as listed_at_closing,
    starts.person_key is not null as has_starting_record,
    starts.recruitment_source,
    starts.recruitment_source_code,
    leavings.person_key is not null as has_leaving_record,
    leavings.leaving_reason,
    leavings.leaving_reason_code,
    leavings.destination_on_leaving,
    leavings.destination_on_leaving_code
from people
left join at_opening on at_opening.person_key = people.person_key
left join at_closing on at_closing.person_key = people.person_key
left join starts on starts.person_key = people.person_key
left join leavings on leavings.person_key = people.person_key
order by people.person_key
