-- grain: one row per occupation code of the list in use, retired ones included
-- parameters: none. What each code names: a profession (the three arts therapies together), a branch of radiography.
with named as (
    select
        vote.code as occupation_code,
        case when count(*) > 1 then 'Arts therapist, type not stated' else min(profession.label) end as profession,
        min(vote.branch) as branch
    from reference.profession_vote as vote
    inner join reference.profession as profession using (profession)
    where vote.source = 'occupation_code'
        and vote.strength = 'strong'
    group by vote.code
)

select
    listed.occupation_code,
    listed.occupation_code_name,
    listed.is_currently_valid,
    listed.main_staff_group = 'Professionally qualified clinical staff' as is_qualified,
    named.profession,
    named.branch
from reference.occupation_code as listed
left join named on named.occupation_code = listed.occupation_code
order by listed.occupation_code
