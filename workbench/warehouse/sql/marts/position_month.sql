-- grain: one row per organisation, month end and position that somebody employed holds
-- What the holders of a position have in common and in what they differ. A text in which they differ is shown by its
-- first value; the lists hold every value, so that two months or two holders can be compared.
select
    organisation_code,
    period,
    position_number,
    min(position_title) as position_title,
    min(directorate) as directorate,
    min(service) as service,
    min(team) as team,
    min(cost_centre) as cost_centre,
    min(pay_band) as pay_band,
    min(occupation_code) as occupation_code,
    min(occupation_code_name) as occupation_code_name,
    min(job_role) as job_role,
    min(evidenced_profession) as first_profession,
    case when count(distinct evidenced_profession) > 1 then 'Disputed' else min(evidenced_profession) end as profession,
    sum(fte) as fte,
    count(*) as assignments,
    count(distinct person_key) as holders,
    bool_or(is_ahp_hinted) as is_ahp_hinted,
    bool_or(is_ahp_evidenced) as is_ahp_evidenced,
    list_sort(list(distinct coalesce(lower(trim(position_title)), ''))) as titles,
    list_sort(list(distinct pay_band)) as pay_bands,
    list_sort(list(distinct team)) as teams,
    list_sort(list(distinct coalesce(occupation_code, ''))) as occupation_codes,
    list_sort(list(distinct coalesce(job_role_code, job_role, ''))) as job_roles
from marts.coding_record
where position_number is not null
group by organisation_code, period, position_number
order by organisation_code, period, position_number
