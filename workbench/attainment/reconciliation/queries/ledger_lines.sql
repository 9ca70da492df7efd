-- grain: one row per line of the ledger (cost centre, account, staff group, band) at its newest month end by a date
-- parameters: $organisation, $as_at
with newest as (
    select max(period) as period
    from staging.ledger
    where organisation_code = $organisation and period <= $as_at
)

select
    ledger.period,
    ledger.cost_centre,
    ledger.subjective_code,
    coalesce(ledger.staff_group_code, ledger.staff_group, 'unknown') as group_code,
    coalesce(ledger.staff_group, 'unknown') as staff_group,
    coalesce(ledger.pay_band, 'unknown') as pay_band,
    ledger.budget_wte::double as budget_wte,
    ledger.contracted_wte::double as contracted_wte
from staging.ledger as ledger
inner join newest on newest.period = ledger.period
where ledger.organisation_code = $organisation
order by all
