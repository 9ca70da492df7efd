-- grain: one row per contract type that is outside headcount and FTE, at one month end
select
    case when is_contract_known then contract_type else 'contract type not known' end as contract_type,
    count(distinct person_key) as people
from marts.assignment_month
where
    organisation_code = $organisation
    and period = $month
    and is_employed
    and not is_substantive
group by all
order by contract_type
