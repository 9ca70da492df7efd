from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.retention.every_organisation import leaver_rates_everywhere


@pytest.mark.parametrize("dimension", ["organisation", "staff_group", "service"])
def test_the_rates_of_every_organisation_are_those_of_the_measure(sample_workbench, dimension):
    everywhere = leaver_rates_everywhere(sample_workbench.snapshot, dimension=dimension)
    by = ["month"] if dimension == "organisation" else ["month", dimension]
    for organisation in sample_workbench.organisations:
        as_at = max(sample_workbench.months(organisation))
        measured = sample_workbench.measure("leaver_rate", organisation=organisation, as_at=as_at, by=by)
        expected = measured.filter(pl.col("numerator").is_not_null()).sort(by)
        found = everywhere.filter(pl.col("organisation") == organisation)
        assert found["month"].to_list() == expected["month"].to_list()
        assert found["leavers"].cast(pl.Float64).to_list() == expected["numerator"].to_list()
        assert found["leaver_rate"].to_list() == pytest.approx(expected["value"].to_list(), rel=1e-12)
        if dimension != "organisation":
            assert found["group_of_staff"].to_list() == expected[dimension].to_list()


def test_what_cannot_be_asked_is_said(sample_workbench):
    with pytest.raises(UnknownName, match="gender"):
        leaver_rates_everywhere(sample_workbench.snapshot, dimension="gender")
    with pytest.raises(ParameterError, match="whole months"):
        leaver_rates_everywhere(sample_workbench.snapshot, window_months=0)
