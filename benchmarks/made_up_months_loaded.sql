-- grain: one row per organisation and month; with the bare columns of the months, and no leaving records
create table marts.organisation_month as
select
    organisation_code,
    period,
    count(*)::bigint as assignments
from marts.person_month
group by organisation_code, period
order by organisation_code, period;

create table bare_months as
select
    made_up.n::integer as person,
    made_up.organisation::smallint as organisation,
    each.month::smallint as month,
    made_up.is_active
from made_up
cross join unnest(range(made_up.first, made_up.last + 1)) as each (month);

create table staging.leavers (
    organisation_code varchar,
    person_key varchar,
    leaving_reason varchar,
    leaving_date date,
    assignment_order integer
);
