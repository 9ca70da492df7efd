"""Which root causes stand behind the findings, and where each of them shows: so that a lead sees what is worth it.

The cause is the one that the rule assumes until somebody who decides about a finding states another. A record counts
once under each cause that it has, under its gravest finding.
"""

from __future__ import annotations

import polars as pl

from workbench.coding.finding_counts import TO_DO, by_severity
from workbench.coding.rules import CAUSES, ROUTES, STEPS

ROUTE_COLUMNS = {f"route_{route}": route for route in ROUTES}
STEP_COLUMNS = {f"step_{step}": step for step in STEPS}


def root_causes(found: pl.DataFrame) -> pl.DataFrame:
    """Count the records with an error or a review by root cause, with how they are put right and in which step.

    Args:
        found: the findings that nobody has settled; `decision` (a number, null where nobody decided) may be missing.

    Returns:
        One row per cause, in order: `cause`, `errors`, `reviews` and `to_do` (their sum); `stated`, the records of
        which a person stated the cause or let it stand in a decision, and `assumed`, the others; the columns of
        `ROUTE_COLUMNS` with their sum `routes`, and of `STEP_COLUMNS` with their sum `steps`: records again, once in
        each route or step that they need.
    """
    grave = found.filter(pl.col("severity").is_in(TO_DO))
    record = pl.coalesce("person_key", "subject_key")
    table = by_severity(grave, "cause", list(CAUSES), record).select("cause", "errors", "reviews", "to_do")
    decided = pl.col("decision").is_not_null() if "decision" in grave.columns else pl.lit(value=False)
    stated = grave.group_by("cause").agg(stated=record.filter(decided).n_unique().cast(pl.Int64))
    table = table.join(stated, on="cause", how="left", maintain_order="left").with_columns(
        pl.col("stated").fill_null(0)
    )
    table = table.with_columns(assumed=pl.col("to_do") - pl.col("stated"))
    for key, columns, total in (("route", ROUTE_COLUMNS, "routes"), ("step", STEP_COLUMNS, "steps")):
        cells = grave.group_by("cause").agg(
            record.filter(pl.col(key) == value).n_unique().cast(pl.Int64).alias(name) for name, value in columns.items()
        )
        table = table.join(cells, on="cause", how="left", maintain_order="left").with_columns(
            pl.col(list(columns)).fill_null(0)
        )
        table = table.with_columns(pl.sum_horizontal(list(columns)).alias(total))
    return table
