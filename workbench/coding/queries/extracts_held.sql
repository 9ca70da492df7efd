-- grain: one row per extract that is loaded for the organisation; one that comes by period, for this month end
-- parameters: $organisation, $period
select distinct load_file.extract
from control.load_file as load_file
where load_file.is_live
    and list_contains(load_file.organisations, $organisation)
    and (coalesce(len(load_file.periods), 0) = 0 or list_contains(load_file.periods, $period))
order by load_file.extract
