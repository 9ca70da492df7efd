-- grain: one row per well-formed line of a CSV file, in file order; every cell as text
select columns(lambda c: list_contains($wanted, c))
from read_csv(
    $path,
    header = false,
    skip = $skip_lines,
    auto_detect = false,
    delim = $delimiter,
    quote = '"',
    escape = '"',
    columns = $columns,
    store_rejects = true,
    rejects_limit = 0
)
