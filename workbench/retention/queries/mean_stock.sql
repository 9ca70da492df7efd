-- grain: one row per closing month end and placement (directorate to pay band, and whether in training)
-- The stock of a window is the mean over all its month ends, the opening and the closing one included; a person
-- stands at each month end where they are placed at that month end.
with months as (
    select distinct period
    from marts.assignment_month
    where organisation_code = $organisation
),

stock as (
    select
        period,
        directorate,
        service,
        team,
        staff_group,
        profession,
        pay_band,
        is_trainee,
        count(*) as people,
        sum(case when $status = 'employed' then fte else fte_active end) as fte
    from marts.person_month
    where organisation_code = $organisation and (is_active or $status = 'employed')
    group by all
)

select
    months.period as month,
    $organisation as organisation,
    stock.directorate,
    stock.service,
    stock.team,
    stock.staff_group,
    stock.profession,
    stock.pay_band,
    stock.is_trainee,
    sum(stock.people) / ($window_months + 1) as stock,
    sum(stock.fte) / ($window_months + 1) as stock_fte
from months
inner join stock
    on stock.period between last_day(months.period - to_months($window_months)) and months.period
where months.period between $first and $last
group by all
order by all
