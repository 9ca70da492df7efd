-- grain: one row per state of a made-up person, with everything that marts.person_month holds
create table made_up as
select
    n,
    organisation,
    first,
    last,
    'X' || lpad(organisation::varchar, 3, '0') as organisation_code,
    substr(md5(n::varchar), 1, 20) as person_key,
    is_active,
    hours::decimal(18, 4) as fte,
    case when is_active then hours else 0 end::decimal(18, 4) as fte_active,
    'Staff group ' || (n % 9) as staff_group,
    lpad((1 + n % 9)::varchar, 2, '0') as staff_group_code,
    lpad((place % 300)::varchar, 5, '0') as job_role_code,
    'Profession ' || (n % 14) as profession,
    'Directorate ' || (n % 8) as directorate,
    'Service ' || (place % 40) as service,
    'Team ' || (place % 200) as team,
    'Band ' || band as pay_band,
    '35-44' as age_band,
    'S' || (n % 9) || 'E' as occupation_code,
    (1000000 + place % 8000000)::varchar as position_number,
    substr(md5('a' || n), 1, 20) as assignment_key,
    n % 25 = 0 as is_trainee,
    1::bigint as assignments
from states
order by organisation_code, person_key;
create table marts.person_month as
select
    organisation_code,
    date '2021-01-31' as period,
    * exclude (n, organisation, first, last, organisation_code)
from made_up
limit 0;
