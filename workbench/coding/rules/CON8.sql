-- grain: one row per employed assignment and field: a retired area of work, or an area or title of another profession
-- parameters: $asked. Any combination is possible in ESR, so only a retired area is for review; the
-- rest informs.
with held as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
),

named as (
    select label, profession, is_arts_therapy
    from reference.profession
),

area_votes as (
    select distinct areas.area_of_work, named.label, named.is_arts_therapy
    from (select distinct area_of_work from held where area_of_work is not null) as areas
    inner join reference.code_alias as alias
        on alias.list = 'area_of_work'
        and alias.alias_key = regexp_replace(lower(areas.area_of_work), '[^\p{L}\p{N}]', '', 'g')
    inner join reference.profession_vote as vote on vote.source = 'area_of_work' and vote.code = alias.label
    inner join named on named.profession = vote.profession
),

titles as (
    select
        position_title,
        ' ' || trim(regexp_replace(lower(position_title), '[^a-z0-9]+', ' ', 'g')) || ' ' as spaced
    from (select distinct position_title from held where position_title is not null)
),

title_votes as (
    select distinct titles.position_title, named.label, named.is_arts_therapy
    from titles
    inner join reference.profession_vote as vote
        on vote.source = 'position_title'
        and contains(titles.spaced, ' ' || vote.code || case vote.match when 'whole' then ' ' else '' end)
    inner join named on named.profession = vote.profession
),

-- Compared is what the strong fields say; an area or title that could be of the profession is no finding.
combinations as (
    select distinct evidenced_profession, area_of_work, position_title
    from held
    where evidenced_profession not in ('Disputed', 'Not evidenced')
),

areas_of_others as (
    select
        held.evidenced_profession,
        held.area_of_work,
        string_agg(distinct area_votes.label, ', ' order by area_votes.label) as says
    from combinations as held
    inner join area_votes on area_votes.area_of_work = held.area_of_work
    group by held.evidenced_profession, held.area_of_work
    having not bool_or(
        area_votes.label = held.evidenced_profession
        or (held.evidenced_profession = 'Arts therapist, type not stated' and area_votes.is_arts_therapy)
    )
),

titles_of_others as (
    select
        held.evidenced_profession,
        held.position_title,
        string_agg(distinct title_votes.label, ', ' order by title_votes.label) as says
    from combinations as held
    inner join title_votes on title_votes.position_title = held.position_title
    group by held.evidenced_profession, held.position_title
    having not bool_or(
        title_votes.label = held.evidenced_profession
        or (held.evidenced_profession = 'Arts therapist, type not stated' and title_votes.is_arts_therapy)
    )
),

found as (
    select
        organisation_code,
        period,
        assignment_key,
        'R' as severity,
        'area_of_work' as field,
        'code_list' as other_source,
        null as other_value,
        'This area of work is retired.' as detail
    from held
    where area_of_work ilike '%(retired%'
    union all
    select organisation_code, period, assignment_key, 'I', 'area_of_work', 'profession', says, 'Area of work of: ' || says || '.'
    from held
    inner join areas_of_others using (evidenced_profession, area_of_work)
    union all
    select organisation_code, period, assignment_key, 'I', 'position_title', 'profession', says, 'Title of: ' || says || '.'
    from held
    inner join titles_of_others using (evidenced_profession, position_title)
)

select
    held.organisation_code,
    held.period,
    held.assignment_key as subject_key,
    found.severity as severity,
    held.person_key,
    held.assignment_key,
    held.position_number,
    held.position_title,
    held.directorate,
    held.service,
    held.team,
    held.cost_centre,
    held.evidenced_profession as profession,
    held.fte::double as fte,
    held.holders,
    found.field as field,
    null::varchar as current_code,
    case found.field when 'area_of_work' then held.area_of_work else held.position_title end as current_name,
    found.other_source as other_source,
    found.other_value as other_value,
    found.detail as detail
from held
inner join found using (organisation_code, period, assignment_key)
order by held.organisation_code, held.period, held.assignment_key, field
