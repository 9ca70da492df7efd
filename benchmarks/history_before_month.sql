-- grain: one row per spell as it stood before a month, of a history that begins at $first
create table marts.person_spell as
select
    organisation_code,
    person_key,
    greatest(first_month, $first::date) as first_month,
    least(last_month, $before::date) as last_month,
    * exclude (organisation_code, person_key, first_month, last_month)
from spells_file.marts.person_spell
where first_month <= $before and last_month >= $first
