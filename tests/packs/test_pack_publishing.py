"""A pack is published whole or not at all, says where it comes from, and is the same each time."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbench.packs.plan import PackPlan, PlannedPack
from workbench.packs.provenance import sha256_of
from workbench.packs.publish import MANIFEST, PAGE, PackReport, publish_packs
from workbench.settings import Settings

PLANTED = "planted-value-4711"


def publish(settings: Settings, *packs: PlannedPack, **options: object) -> PackReport:
    return publish_packs(PackPlan(packs), settings, out=settings.reports, **options)  # type: ignore[arg-type]


def every_byte(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


class Outline(HTMLParser):
    """Headings, landmarks, ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if values.get("id") else []
        self.links += [str(values[name]) for name in ("href", "src") if values.get(name)]
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.fixture
def made(own_settings: Settings, write_notebook, plan_pack) -> tuple[Settings, PackReport, PlannedPack]:
    pack = plan_pack(write_notebook("first"))
    report = publish(own_settings, pack)
    assert report.failures == {}
    return own_settings, report, pack


def test_a_pack_is_one_page_with_a_manifest_beside_it(made) -> None:
    settings, report, _ = made
    assert report.pages == [settings.reports / "2026-27Q2" / "XAA" / PAGE]
    manifest = json.loads((report.pages[0].parent / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["snapshot"] == "20261004-0612"
    assert manifest["parameters"]["as_at"] == "2026-09-30"
    assert manifest["measures"] == ["headcount"]
    assert manifest["disclosure"] == {
        "audience": "board", "smallest_shown": 8, "round_to": 5, "zero_is_disclosive": False,
    }  # fmt: skip
    assert manifest["cells_withheld"] == 1
    assert manifest["outputs"][PAGE] == sha256_of(report.pages[0])
    for name, digest in manifest["outputs"].items():
        assert digest in {sha256_of(path) for path in settings.reports.rglob("*") if path.name == Path(name).name}


def test_the_same_snapshot_and_parameters_give_the_same_page_byte_for_byte(made) -> None:
    settings, report, pack = made
    first = report.pages[0].read_bytes()
    manifest = json.loads((report.pages[0].parent / MANIFEST).read_text(encoding="utf-8"))
    again = publish(settings, pack)
    assert again.pages[0].read_bytes() == first
    made_again = json.loads((again.pages[0].parent / MANIFEST).read_text(encoding="utf-8"))
    assert {k: v for k, v in made_again.items() if k != "times"} == {k: v for k, v in manifest.items() if k != "times"}


def test_the_page_can_be_used_with_a_keyboard_and_a_screen_reader(made) -> None:
    _, report, _ = made
    page = Outline(report.pages[0].read_text(encoding="utf-8"))
    assert page.levels[0] == 1 and page.levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.levels, page.levels[1:], strict=False))
    assert page.tags.count("main") == 1 and {"header", "nav", "footer", "figure", "caption"} <= set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert page.links[1] == "#summary" or "#summary" in page.links[:3]


def test_the_page_asks_nothing_of_another_host_and_allows_only_its_own_scripts(made) -> None:
    _, report, _ = made
    html = report.pages[0].read_text(encoding="utf-8")
    page = Outline(html)
    assert [link for link in page.links if re.match(r"(?i)(https?:)?//", link)] == []
    assert (report.pages[0].parent / "../../assets/plotly.min.js").resolve().is_file()
    assert "../../assets/plotly.min.js" in page.links
    allowed = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    inline = re.findall(r"<script(?![^>]*src=)[^>]*>(.*?)</script>", html, re.DOTALL)
    assert len(inline) >= 1
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"sha256-{digest}" in allowed.replace("&#39;", "'")
    assert "unsafe-inline" not in allowed.split("style-src")[0]


def test_text_from_an_extract_cannot_become_markup(made) -> None:
    html = made[1].pages[0].read_text(encoding="utf-8")
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html
    assert "Nine staff at XAA &lt;b&gt;&amp;&lt;/b&gt;" in html


def test_a_failing_cell_leaves_no_pack_and_no_value_behind(own_settings: Settings, write_notebook, plan_pack) -> None:
    said: list[str] = []
    broken = write_notebook("broken", f"print('{PLANTED}')", f"raise ValueError('{PLANTED}')")
    report = publish(own_settings, plan_pack(write_notebook("first"), broken), progress=said.append)
    assert report.exit_code == 1 and report.pages == []
    assert "stopped at its code cell 3 with ValueError" in report.failures["XAA"]
    assert [path.name for path in own_settings.reports.rglob("*")] == []
    assert PLANTED not in "".join(said) + "".join(report.failures.values())


def test_one_failure_does_not_stop_the_other_packs(own_settings: Settings, write_notebook, plan_pack) -> None:
    broken = write_notebook("broken", "raise ValueError('no')")
    good = write_notebook("first")
    report = publish(own_settings, plan_pack(broken), plan_pack(good, organisation="XBB"), workers=2)
    assert report.exit_code == 1 and list(report.failures) == ["XAA"]
    assert report.pages == [own_settings.reports / "2026-27Q2" / "XBB" / PAGE]


def test_a_failed_run_leaves_the_pack_published_before_as_it_was(made, write_notebook) -> None:
    settings, _, pack = made
    before = every_byte(settings.reports)
    write_notebook("first", "raise ValueError('no')")
    assert publish(settings, pack).exit_code == 1
    assert every_byte(settings.reports) == before


def test_a_message_of_our_own_is_passed_on(own_settings: Settings, write_notebook, plan_pack) -> None:
    raising = "from workbench.errors import UnknownName\nraise UnknownName('No exhibit named x.')"
    report = publish(own_settings, plan_pack(write_notebook("first", raising)))
    assert report.failures["XAA"].endswith("UnknownName: No exhibit named x.")


def test_a_cell_that_runs_too_long_is_stopped(own_settings: Settings, write_notebook, plan_pack) -> None:
    slow = write_notebook("slow", "import time\ntime.sleep(60)")
    report = publish(own_settings, plan_pack(slow), timeout=1)
    assert "more than 1 seconds" in report.failures["XAA"]


def test_a_notebook_that_shows_nothing_makes_no_pack(own_settings: Settings, write_notebook, plan_pack) -> None:
    report = publish(own_settings, plan_pack(write_notebook("empty", "1 + 1")))
    assert "showed no exhibit" in report.failures["XAA"]


def test_a_pack_that_is_current_is_left_alone_when_asked(made, write_notebook) -> None:
    settings, report, pack = made
    stamp = report.pages[0].stat().st_mtime_ns
    assert publish(settings, pack, reuse=True).pages == report.pages
    assert report.pages[0].stat().st_mtime_ns == stamp
    report.pages[0].write_text("changed by hand", encoding="utf-8")
    publish(settings, pack, reuse=True)
    assert report.pages[0].read_text(encoding="utf-8") != "changed by hand"


def test_the_index_lists_every_pack_in_the_folder(own_settings: Settings, write_notebook, plan_pack) -> None:
    notebook = write_notebook("first")
    publish(own_settings, plan_pack(notebook))
    publish(own_settings, plan_pack(notebook, organisation="XBB"))
    index = Outline((own_settings.reports / "index.html").read_text(encoding="utf-8"))
    pages = [link for link in index.links if link.endswith(PAGE)]
    assert pages == [f"2026-27Q2/XAA/{PAGE}", f"2026-27Q2/XBB/{PAGE}"]
    assert all((own_settings.reports / page).is_file() for page in pages)


def test_a_kernel_is_given_no_secret_of_the_environment(
    own_settings: Settings, write_notebook, plan_pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_SERVICE_TOKEN", PLANTED)
    look = "import os\nassert 'SOME_SERVICE_TOKEN' not in os.environ"
    no_key = "assert 'key_file' not in open(os.environ['WORKBENCH_CONFIG'], encoding='utf-8').read()"
    report = publish(own_settings, plan_pack(write_notebook("first", f"{look}\n{no_key}")))
    assert "showed no exhibit" in report.failures["XAA"], "the notebook must run to its end"
