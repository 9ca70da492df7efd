-- grain: one row per person and leaving date: when it was entered and why, from the first record entered
-- on_the_bank_from is the first day on a bank contract that a later staff list shows; null where none does.
with bank as (
    select
        person_key,
        period,
        coalesce(assignment_start_date, period) as begun
    from marts.assignment_month
    where organisation_code = $organisation and contract_type_code = '01' and is_employed
),

entries as (
    select
        person_key,
        leaving_date,
        min(notice_date) as notice_date,
        min(entered_date) as entered_date,
        max(leaving_reason_code) filter (where leaving_reason_code between '14' and '17') as retirement_code,
        bool_or(leaving_reason = 'Flexi Retirement') as is_flexi_retirement
    from staging.leavers
    where organisation_code = $organisation
    group by person_key, leaving_date
)

select
    entries.*,
    min(greatest(bank.begun, entries.leaving_date + 1)) filter (where bank.begun is not null) as on_the_bank_from
from entries
left join bank on bank.person_key = entries.person_key and bank.period > entries.leaving_date
group by all
order by entries.person_key, entries.leaving_date
