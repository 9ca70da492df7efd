-- grain: one row per employed AHP assignment whose pay band is outside the local range of its code's level
-- parameters: $asked, $band_ranges (JSON: matrix, level, lowest_band, highest_band). A level that the
-- staff group or the job role contradicts is not settled, so no range applies to it yet.
with bands as (
    select
        unnest(
            [
                'Band 1', 'Band 2', 'Band 3', 'Band 4', 'Band 5', 'Band 6', 'Band 7', 'Band 8a', 'Band 8b', 'Band 8c',
                'Band 8d', 'Band 9'
            ]
        ) as band,
        unnest(range(1, 13)) as place
),

given as (
    select unnest(from_json($band_ranges, '[["VARCHAR"]]')) as cells
),

ranges as (
    select
        given.cells[1] || given.cells[2] as level,
        given.cells[3] as lowest_band,
        given.cells[4] as highest_band,
        lowest.place as lowest,
        highest.place as highest
    from given
    inner join bands as lowest on lowest.band = given.cells[3]
    inner join bands as highest on highest.band = given.cells[4]
),

settled as (
    select *
    from marts.coding_record
    where (organisation_code, period) in (select unnest($asked, recursive := true))
        and (coded_profession is not null or coded_group = 'Ambulance staff')
        and case
            when code_main_group = 'Professionally qualified clinical staff' then staff_group_code in ('04', '05')
            when occupation_code like 'S8_' then staff_group_code = '02'
            else staff_group_code = '07'
        end
        and (occupation_code[1:2] in ('SA', 'A4')) = coalesce(job_role like '%Consultant', false)
        and (occupation_code[1:2] in ('S0', 'A0')) = coalesce(job_role like '%Manager', false)
)

select
    settled.organisation_code,
    settled.period,
    settled.assignment_key as subject_key,
    'R' as severity,
    settled.person_key,
    settled.assignment_key,
    settled.position_number,
    settled.position_title,
    settled.directorate,
    settled.service,
    settled.team,
    settled.cost_centre,
    settled.evidenced_profession as profession,
    settled.fte::double as fte,
    settled.holders,
    'pay_band' as field,
    null::varchar as current_code,
    settled.pay_band as current_name,
    'occupation_code' as other_source,
    settled.occupation_code as other_value,
    settled.occupation_level || ': the local range is ' || ranges.lowest_band || ' to '
    || ranges.highest_band || '.' as detail
from settled
inner join bands on bands.band = settled.pay_band
inner join ranges on ranges.level = settled.occupation_code[1:2]
where bands.place not between ranges.lowest and ranges.highest
order by settled.organisation_code, settled.period, settled.assignment_key
