-- grain: one row per person in post in one made-up month ($number, from 0)
insert into marts.person_month
select
    organisation_code,
    last_day(date '2021-01-31' + to_months($number::integer)) as period,
    * exclude (n, organisation, first, last, organisation_code)
from made_up
where $number between first and last
