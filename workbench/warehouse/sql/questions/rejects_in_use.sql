-- grain: one row per row or cell of a file in use that was not taken in
select
    reject.file_name,
    reject.extract,
    reject.line,
    reject.column_name,
    reject.rule,
    reject.reason,
    reject.severity
from control.reject as reject
join control.load_file as load_file using (file_id)
where load_file.is_live
order by reject.file_id, reject.line nulls last, reject.column_name, reject.rule
