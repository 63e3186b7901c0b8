"""Compare encoders as a curator uses it: start it, read table, charts and galleries, take the page along."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import OpenPage, running_app, screenshot, settled
from playwright.sync_api import Page, expect

from matcher.benchmark.run import compare_catalog
from matcher.benchmark.setup import CompareConfig
from matcher.benchmark.systems import SYSTEMS, System
from matcher.storage.workspace import open_workspace

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with a finished comparison; a model that needs no training stands in for the trained ones."""
    root = tmp_path_factory.mktemp("compared") / "workspace"
    shutil.copytree(demo_workspace, root)
    stand_ins = [
        System("efficientnet", "EfficientNet", image="efficientnet", is_trained=False),
        System("bert+efficientnet", "BERT + EfficientNet", "tfidf-char", "efficientnet", is_trained=False),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for stand_in in stand_ins:
            patch.setitem(SYSTEMS, stand_in.id, stand_in)
        models = ("tfidf", *(stand_in.id for stand_in in stand_ins))
        compare_catalog(open_workspace(root), CompareConfig("demo", models))
    with running_app(root) as running:
        yield running


def compare_view(page: Page) -> None:
    page.get_by_role("radio", name="Compare encoders").click()
    expect(page.get_by_text("Compare encoders").first).to_be_visible()
    settled(page)


def test_a_comparison_is_started_and_read(demo_server: str, open_page: OpenPage) -> None:
    page = open_page(f"{demo_server}/results")
    compare_view(page)
    for name in ("BERT", "CharacterBERT", "EfficientNet", "BERT + EfficientNet", "CharacterBERT + EfficientNet"):
        page.get_by_role("button", name=name, exact=True).click()
        settled(page)
    expect(page.get_by_text("2 rows to do")).to_be_visible()
    page.get_by_role("button", name="Compare encoders").click()
    expect(page.get_by_role("heading", name="Unseen products")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)


def test_charts_table_and_galleries(address: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(f"{address}/results")
    compare_view(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.get_by_text("listings of").first).to_be_visible()
    expect(page.locator(".group article img").first).to_have_js_property("complete", True)
    page.get_by_role("tab", name="Only the title").click()
    expect(page.locator(".group article:visible").first).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Page to mail (HTML)").click()
    download.value.save_as(tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 2_000_000
    mailed = page.context.new_page()
    asked: list[str] = []
    mailed.on("request", lambda request: asked.append(request.url))
    mailed.goto((tmp_path / "page.html").as_uri())
    expect(mailed.locator("svg")).to_have_count(2)
    expect(mailed.locator("article img").first).to_have_js_property("complete", True)
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.parametrize(("size", "theme"), [("wide", "light"), ("narrow", "dark")])
def test_it_fits_in_both_sizes_and_themes(address: str, open_page: OpenPage, size: str, theme: str) -> None:
    page = open_page(f"{address}/results", size, theme)
    compare_view(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    screenshot(page, f"compare-{size}-{theme}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
