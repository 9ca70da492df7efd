-- grain: one row per assignment employed on a substantive contract at either of two month ends
-- parameters: $organisation, $first, $last, $view (coded or evidenced).
-- A profession that changed through recodes alone was recoded; one that changed through any movement was moved.
with held as (
    select
        assignment.period,
        assignment.person_key,
        assignment.assignment_key,
        assignment.fte,
        case $view
            when 'coded' then coalesce(evidence.coded_profession, 'Not an AHP')
            else assignment.profession
        end as profession
    from marts.assignment_month as assignment
    inner join marts.profession_evidence as evidence
        on evidence.organisation_code = assignment.organisation_code
        and evidence.period = assignment.period
        and evidence.assignment_key = assignment.assignment_key
    where
        assignment.organisation_code = $organisation
        and assignment.period in ($first, $last)
        and assignment.is_employed
        and assignment.is_substantive
),

moved as (
    select distinct assignment_key
    from marts.coding_change
    where
        organisation_code = $organisation
        and period > $first
        and period <= $last
        and kind = 'movement'
        and case $view
            when 'coded' then coded_before <> coded_after
            else evidenced_before <> evidenced_after
        end
),

people as (
    select
        person_key,
        bool_or(period = $first) as was_here,
        bool_or(period = $last) as is_here
    from held
    group by person_key
),

opening as (
    select * from held where period = $first
),

closing as (
    select * from held where period = $last
)

select
    people.person_key,
    people.was_here,
    people.is_here,
    coalesce(opening.assignment_key, closing.assignment_key) as assignment_key,
    opening.profession as profession_before,
    closing.profession as profession_after,
    opening.fte as fte_before,
    closing.fte as fte_after,
    moved.assignment_key is not null as has_moved
from opening
full outer join closing using (assignment_key, person_key)
inner join people on people.person_key = coalesce(opening.person_key, closing.person_key)
left join moved on moved.assignment_key = coalesce(opening.assignment_key, closing.assignment_key)
order by people.person_key, coalesce(opening.assignment_key, closing.assignment_key)
