-- grain: one row per occupation code that nobody holds, or that says "other" and is held
-- Nobody: codes of the professions that the organisation employs, so that a trust without podiatrists is not asked
-- about theirs. Other: multi-therapies (K) and other scientific or therapeutic work (X) in the S matrix.
with held as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true)) and occupation_code is not null
),

in_use as (
    select
        organisation_code,
        period,
        occupation_code,
        count(distinct person_key) as holders,
        sum(fte) as fte,
        string_agg(distinct position_title, ', ' order by position_title) as titles
    from held
    group by organisation_code, period, occupation_code
),

-- The third character names the profession in each of the two matrices that name any.
letters as (
    select distinct organisation_code, period, left(occupation_code, 1) as matrix, right(occupation_code, 1) as letter
    from held
    where coded_profession is not null and left(occupation_code, 1) in ('S', 'H')
),

unused as (
    select letters.organisation_code, letters.period, listed.occupation_code, listed.occupation_code_name
    from reference.occupation_code as listed
    inner join letters
        on letters.matrix = left(listed.occupation_code, 1) and letters.letter = right(listed.occupation_code, 1)
    where
        listed.is_currently_valid
        and listed.detailed_staff_group in ('Allied health professionals', 'Support to AHPs')
        and (letters.organisation_code, letters.period, listed.occupation_code) not in (
            select organisation_code, period, occupation_code from in_use
        )
),

found as (
    select
        organisation_code,
        period,
        occupation_code,
        occupation_code_name,
        0 as holders,
        0 as fte,
        'Nobody holds this code: keep it, or propose to retire it?' as detail
    from unused
    union all
    select
        in_use.organisation_code,
        in_use.period,
        in_use.occupation_code,
        listed.occupation_code_name,
        in_use.holders,
        in_use.fte,
        'A code for other work; titles behind it: ' || coalesce(left(in_use.titles, 300), 'none filled in') || '.'
    from in_use
    inner join reference.occupation_code as listed on listed.occupation_code = in_use.occupation_code
    where left(in_use.occupation_code, 1) = 'S' and right(in_use.occupation_code, 1) in ('K', 'X')
)

select
    organisation_code,
    period,
    occupation_code as subject_key,
    'I' as severity,
    null::varchar as person_key,
    null::varchar as assignment_key,
    null::varchar as position_number,
    null::varchar as position_title,
    null::varchar as directorate,
    null::varchar as service,
    null::varchar as team,
    null::varchar as cost_centre,
    null::varchar as profession,
    fte::double as fte,
    holders::bigint as holders,
    'occupation_code' as field,
    occupation_code as current_code,
    occupation_code_name as current_name,
    null::varchar as other_source,
    null::varchar as other_value,
    detail
from found
order by organisation_code, period, occupation_code
