-- grain: one row per providing organisation, client, function, class of activity and year
-- Words read as the code lists say; one that its list does not know stays as it was received.
with functions as (
    select received, label
    from control.code_map
    where extract = 'shared_service_agreements' and column_name = 'function'
),

activity_classes as (
    select received, label
    from control.code_map
    where extract = 'shared_service_agreements' and column_name = 'activity_class'
)

select
    landed.organisation_code,
    landed.client_organisation_code,
    functions.label as function,
    activity_classes.label as activity_class,
    landed.share_percent,
    landed.income_amount,
    landed.year,
    landed.source_file
from landed.shared_service_agreements as landed
left join functions on functions.received = landed.function
left join activity_classes on activity_classes.received = landed.activity_class
order by
    landed.organisation_code,
    landed.client_organisation_code,
    landed.function,
    landed.activity_class,
    landed.year
