-- grain: one row per month end of the ledger, cost centre, staff group and pay band with a budget line or staff in post
-- Staff in post are every employed assignment on a substantive contract, those absent, on leave or seconded out
-- included: their post is not vacant. People stand where they are placed, so that they add up. A group has a figure of
-- the ledger's contracted WTE only where every line of it has one.
with months as (
    select distinct period
    from staging.ledger
    where organisation_code = $organisation and period between $first and $last
),

budgets as (
    select
        period,
        upper(trim(cost_centre)) as cost_centre,
        coalesce(staff_group, 'unknown') as staff_group,
        coalesce(pay_band, 'unknown') as pay_band,
        sum(budget_wte) as budget,
        sum(contracted_wte) as contracted,
        count(*) - count(contracted_wte) as lines_without_contracted
    from staging.ledger
    where organisation_code = $organisation and period between $first and $last
    group by all
),

staff as (
    select
        assignments.period,
        coalesce(upper(trim(assignments.cost_centre)), 'unknown') as cost_centre,
        assignments.staff_group,
        assignments.pay_band,
        sum(assignments.fte) as in_post,
        coalesce(sum(assignments.fte) filter (where not assignments.is_active), 0) as away,
        count(people.person_key) as people
    from marts.assignment_month as assignments
    inner join months on assignments.period = months.period
    left join marts.person_month as people
        on
            assignments.organisation_code = people.organisation_code
            and assignments.period = people.period
            and assignments.assignment_key = people.assignment_key
    where
        assignments.organisation_code = $organisation
        and assignments.is_employed
        and assignments.is_substantive
    group by all
)

select
    period as month,
    $organisation as organisation,
    cost_centre,
    staff_group,
    pay_band,
    coalesce(budgets.budget, 0) as budget,
    coalesce(budgets.contracted, 0) as contracted,
    coalesce(budgets.lines_without_contracted, 0) as lines_without_contracted,
    coalesce(staff.in_post, 0) as in_post,
    coalesce(staff.away, 0) as away,
    coalesce(staff.people, 0) as people
from budgets
full join staff using (period, cost_centre, staff_group, pay_band)
order by all
