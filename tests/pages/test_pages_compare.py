"""Compare encoders on the Results page, without a browser: what it shows of a workspace, and what a click starts."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from made_results import results
from streamlit.testing.v1 import AppTest

from matcher import jobs
from matcher.benchmark.results import save_results
from matcher.benchmark.setup import CompareConfig
from matcher.benchmark.systems import SYSTEMS
from matcher.ingest.catalog import Catalog
from matcher.storage.records import Job
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
HOSTILE = '<img src=x onerror="alert(1)"> sabun **250** ml'


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Sixty products twice each; nothing was encoded or compared yet."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    workspace = open_workspace(tmp_path / "workspace")
    rows = range(120)
    columns = {
        "item_id": [f"i{row}" for row in rows], "title": [f"{HOSTILE} {row}" for row in rows], "image": "",
        "photo": "", "phash": "", "label": [f"p{row // 2}" for row in rows],
    }  # fmt: skip
    workspace.save_catalog("Shop", "shop.csv", Catalog(pd.DataFrame(columns), None), [])
    return workspace


def compare_view() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("pages/results.py").run()
    app.segmented_control(key="results-view").set_value("Compare encoders").run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def said(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.caption, app.markdown, app.subheader) for element in kind)


def test_a_comparison_that_was_stopped_goes_on_with_one_click(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = CompareConfig("shop", ("tfidf", "bert"), ("original",), "light")
    job = Job("1", "compare", "shop", asdict(wanted))
    workspace.store.add_job(job)
    workspace.store.update_job("1", state="cancelled", message="Stopped; it goes on where it was.")
    started: list[CompareConfig] = []
    monkeypatch.setattr(jobs, "start", lambda workspace, kind, config: started.append(config) or kind)
    app = compare_view()
    assert [info.value.replace("\\", "") for info in app.info] == ["Stopped; it goes on where it was."]
    assert "2 rows to do" in said(app)
    app.button(key="compare-go-on").click().run()
    assert started == [wanted]
    app.button(key="compare-dismiss").click().run()
    assert not app.exception
    assert not app.info


def test_a_click_starts_what_was_chosen(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[CompareConfig] = []
    monkeypatch.setattr(jobs, "start", lambda workspace, kind, config: started.append(config) or kind)
    app = compare_view()
    assert "12 rows to do, about" in said(app)
    app.button_group(key="compare-models").set_value(["tfidf", "bert"]).run()
    app.button_group(key="compare-data").set_value(["original"]).run()
    assert "2 rows to do" in said(app)
    next(button for button in app.button if button.label == "Compare encoders").click().run()
    assert started == [CompareConfig("shop", ("tfidf", "bert"), ("original",), "light")]
    app.button_group(key="compare-models").set_value([]).run()
    assert "at least one encoder" in said(app)


def test_without_labels_it_says_what_is_needed(workspace: Workspace) -> None:
    listings = workspace.load_catalog("shop").listings.assign(label="")
    workspace.save_catalog("Shop", "shop.csv", Catalog(listings, None), [])
    app = compare_view()
    assert "no known products" in said(app)
    assert not [button for button in app.button if "Compare" in button.label]


def test_too_few_products_are_told_before_the_start(workspace: Workspace) -> None:
    listings = workspace.load_catalog("shop").listings.iloc[:4]
    workspace.save_catalog("Shop", "shop.csv", Catalog(listings, None), [])
    app = compare_view()
    assert "products with two listings" in app.warning[0].value
    assert not [button for button in app.button if "Compare" in button.label]


def test_a_finished_comparison_is_there_after_a_reload(workspace: Workspace) -> None:
    save_results(workspace, results(pairs=3))
    app = compare_view()
    table = app.dataframe[0].value
    assert len(table) == 2 * len(SYSTEMS)
    first = table.iloc[0]
    assert first["Unseen: F1"] == first["Seen: F1"] == "0.600 (0.550 to 0.650)"
    assert first["Paper's F1"] == "0.611"
    text = said(app)
    assert "Unseen products" in text
    assert "Flattering" in text
    assert "No figures for CharacterBERT: " in text
    assert "<script>alert" not in text  # the reason is escaped for Markdown
    assert "Only the photo (3)" in [tab.label for tab in app.tabs]
    assert "changed since" in app.warning[0].value  # it was made on another version of the listings
