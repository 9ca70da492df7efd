"""`workbench demo`: from sample extracts to board packs in one command."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.errors import SettingsError

if TYPE_CHECKING:
    from workbench.settings import Settings

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
ORGANISATIONS = 3


@click.command()
@click.pass_obj
def demo(settings: Settings) -> int:
    """Load the sample organisations, make their board packs, say what to open.

    All staff in the sample are invented. Doing it again changes nothing and is quick.
    """
    from workbench import open_workbench
    from workbench.dashboards.preparing import prepare_views
    from workbench.packs import latest_complete_quarter, plan_packs
    from workbench.packs.publish import publish_packs
    from workbench.warehouse import Warehouse

    started = time.perf_counter()
    _refuse_beside_other_data(settings)
    with _sample_folder() as sample:
        _say(f"Loading the sample extracts from {sample} ...")
        report = Warehouse(settings).load([sample])
    if report.exit_code > 1:
        refused = [outcome for outcome in report.outcomes if outcome.status == "refused"]
        for outcome in refused:
            _say(f"refused {outcome.path.name}: {outcome.message}")
        return report.exit_code
    rejected = sum(part.rows_rejected for part in report.loaded)
    if report.snapshot_id:
        _say(f"Published snapshot {report.snapshot_id} from {len(report.loaded)} files; {rejected} rows were rejected.")
        prepare_views(settings, report.snapshot_id)
    else:
        _say("Everything was loaded before; the snapshot stays.")
    wb = open_workbench(settings=settings, audience="board")
    quarter = latest_complete_quarter(wb)
    plan = plan_packs(wb, quarter)
    wb.snapshot.close()
    _say(f"Making the board packs of {quarter} for {len(plan.packs)} organisations ...")
    made = publish_packs(plan, settings, out=settings.reports, workers=2, progress=_say, reuse=True)
    for organisation, reason in made.failures.items():
        _say(f"no pack for {organisation}: {reason}")
    if made.failures or made.index is None:
        return 1
    click.echo(f"\nReady in {time.perf_counter() - started:.0f} s. Open this file in a browser:\n  {made.index}")
    click.echo(
        "\nNext:\n"
        "  workbench serve       the same numbers as dashboards, with controls\n"
        "  workbench lab         JupyterLab on the notebooks\n"
        "  workbench status      what is loaded, and how old it is\n"
        f"  workbench pack --quarter {quarter}    the board packs again\n"
        "To load your own extracts, give them a home of their own:\n"
        "  workbench --home FOLDER load EXTRACTS"
    )
    return 0


def _refuse_beside_other_data(settings: Settings) -> None:
    """Keep invented staff out of a warehouse that holds anybody else's.

    Raises:
        SettingsError: the warehouse of this home serves an organisation that is not one of the sample's.
    """
    from workbench.sample.organisations import fictional_organisations
    from workbench.warehouse import Warehouse

    warehouse = Warehouse(settings)
    if not warehouse.snapshots():
        return
    invented = {organisation.code for organisation in fictional_organisations(ORGANISATIONS)}
    with warehouse.open() as snapshot:
        served = snapshot.sql("select organisation_code from marts.organisation")["organisation_code"].to_list()
    others = sorted(set(served) - invented)
    if others:
        raise SettingsError(
            f"The warehouse in {str(settings.home)!r} serves {', '.join(others)}, which the sample does not hold. "
            "Invented staff are not loaded beside it. Choose another home: `workbench --home FOLDER demo`."
        )


@contextmanager
def _sample_folder() -> Iterator[Path]:
    """Give the sample that comes with the project; make one for as long as it is needed where there is none."""
    if any(SAMPLE.glob("**/*.csv")):
        yield SAMPLE
        return
    from workbench.sample.build import build_sample

    with tempfile.TemporaryDirectory(prefix="workbench-sample-") as folder:
        _say("Inventing a workforce of three organisations ...")
        build_sample(Path(folder), organisations=ORGANISATIONS)
        yield Path(folder)


def _say(line: str) -> None:
    click.echo(line, err=True)
