-- grain: one row per employed assignment whose occupation code is blank, has not three characters or is not listed
-- parameters: $asked. Only the A and S matrices are complete in our list: a code of another matrix that
-- is not listed is not checked, which is no error.
with doubtful as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and coded_group in ('blank', 'not valid')
),

-- A code nearby differs in one character; those of the same profession letter come first.
near as (
    select
        held.occupation_code,
        listed.occupation_code as listed_code,
        replace(held.occupation_code, 'O', '0') = listed.occupation_code as is_letter_o
    from (select distinct occupation_code from doubtful where occupation_code is not null) as held
    inner join reference.occupation_code as listed
        on listed.is_currently_valid
        and levenshtein(held.occupation_code, listed.occupation_code) = 1
    qualify row_number() over (
        partition by held.occupation_code
        order by
            replace(held.occupation_code, 'O', '0') <> listed.occupation_code,
            held.occupation_code[1] <> listed.occupation_code[1],
            held.occupation_code[3] <> listed.occupation_code[3],
            listed.occupation_code
    ) <= 6
),

hints as (
    select
        occupation_code,
        max(listed_code) filter (where is_letter_o) as with_digit,
        string_agg(listed_code, ', ' order by listed_code) as codes
    from near
    group by occupation_code
)

select
    doubtful.organisation_code,
    doubtful.period,
    doubtful.assignment_key as subject_key,
    'E' as severity,
    doubtful.person_key,
    doubtful.assignment_key,
    doubtful.position_number,
    doubtful.position_title,
    doubtful.directorate,
    doubtful.service,
    doubtful.team,
    doubtful.cost_centre,
    doubtful.evidenced_profession as profession,
    doubtful.fte::double as fte,
    doubtful.holders,
    'occupation_code' as field,
    doubtful.occupation_code as current_code,
    null::varchar as current_name,
    null::varchar as other_source,
    null::varchar as other_value,
    case
        when doubtful.coded_group = 'blank' then 'No occupation code is filled in.'
        when hints.with_digit is not null
            then 'Not in the list of occupation codes. The letter O for the digit 0: ' || hints.with_digit || '?'
        else 'Not in the list of occupation codes.' || coalesce(' Nearest: ' || hints.codes || '.', '')
    end as detail
from doubtful
left join hints on hints.occupation_code = doubtful.occupation_code
order by doubtful.organisation_code, doubtful.period, doubtful.assignment_key
