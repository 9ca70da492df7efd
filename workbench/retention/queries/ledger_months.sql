-- grain: one row per month end whose ledger is loaded
select distinct period
from staging.ledger
where organisation_code = $organisation
order by period
