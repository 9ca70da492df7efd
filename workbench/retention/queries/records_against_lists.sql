-- grain: one row
-- Records of leaving and starting that the staff lists between two month ends do not bear out, each a data finding.
-- Still listed: the leaving date has passed, but its assignment (or, without one, the person) is on the closing list
-- and no later start is recorded. Between lists: started and left again without standing on any list.
with at_closing as (
    select
        person_key,
        assignment_key,
        organisation_start_date
    from marts.assignment_month
    where organisation_code = $organisation and period = $closing and is_employed and is_substantive
),

leavings as (
    select
        person_key,
        assignment_key,
        leaving_date
    from staging.leavers
    where organisation_code = $organisation and leaving_date >= $opening and leaving_date < $closing
),

later_starts as (
    select
        person_key,
        max(start_date) as last_start
    from staging.starters
    where organisation_code = $organisation and start_date <= $closing
    group by person_key
),

still_listed as (
    select distinct leavings.person_key
    from leavings
    inner join at_closing
        on
            at_closing.person_key = leavings.person_key
            and at_closing.assignment_key = coalesce(leavings.assignment_key, at_closing.assignment_key)
    left join later_starts on later_starts.person_key = leavings.person_key
    where
        coalesce(at_closing.organisation_start_date <= leavings.leaving_date, true)
        and coalesce(later_starts.last_start <= leavings.leaving_date, true)
),

ever_listed as (
    select distinct person_key
    from marts.assignment_month
    where organisation_code = $organisation and period between $opening and $closing
),

between_lists as (
    select distinct starters.person_key
    from staging.starters
    inner join leavings
        on leavings.person_key = starters.person_key and leavings.leaving_date >= starters.start_date
    left join ever_listed on ever_listed.person_key = starters.person_key
    where
        starters.organisation_code = $organisation
        and starters.start_date > $opening
        and ever_listed.person_key is null
)

select
    (select count(*) from still_listed) as left_but_still_listed,
    (select count(*) from between_lists) as between_two_lists
