"""A page that fails says so in one line; a defect is told as one, and its traceback goes to the log alone."""

from pathlib import Path

from served_pages import errors_of, serving
from streamlit.testing.v1 import AppTest
from test_pages import catalog, matched, workspace

import app as served
from matcher.storage.workspace import Workspace
from pages._shared import failures

__all__ = ["catalog", "matched", "workspace"]

PAGES = ("start", "catalog", "encoders", "browse", "thresholds", "review", "groups", "verdicts", "results")


def test_whatever_happens_to_the_workspace_is_one_line_and_the_server_goes_on(matched: Workspace) -> None:
    folder = matched.folder("shop")
    with serving(matched.root) as (_, port):
        assert errors_of(port, "start") == []
        for file in (folder / "neighbours").glob("*.npy"):
            content = file.read_bytes()
            file.write_bytes(content[:100])
            [said] = errors_of(port, "browse")
            assert "damaged" in said
            assert "again" in said
            file.write_bytes(content)
            assert errors_of(port, "browse") == []  # what failed is not remembered
            break
        matched.root.rename(matched.root.with_name("away"))
        for page in PAGES:
            [said] = errors_of(port, page)
            assert "is gone" in said.replace("\\", "")
            assert not [word for word in ("SELECT", "Traceback", str(matched.root)) if word in said]
        matched.root.with_name("away").rename(matched.root)
        assert errors_of(port, "browse") == []
        [listings] = folder.glob("listings-*.parquet")
        listings.write_bytes(listings.read_bytes()[:200])
    with serving(matched.root) as (_, port):
        [said] = errors_of(port, "browse")
        assert "damaged" in said


def raise_two() -> None:
    import streamlit as st

    from pages._shared import failures

    if failures.tell(KeyError("title")):
        st.write("taken for a failure")
    failures.tell_any(MemoryError())
    failures.tell_any(KeyError("SELECT secret FROM /home/anna"))


def test_a_defect_is_told_as_one_without_its_words() -> None:
    app = AppTest.from_function(raise_two).run()
    memory, defect = (error.value for error in app.error)
    assert "not enough memory" in memory
    assert "defect in Twinshelf" in defect
    assert "anna" not in defect
    assert not app.markdown


def test_the_server_asks_it_for_whatever_no_page_catches() -> None:
    assert served.app._on_script_error is failures.tell_any


def test_a_defect_of_a_page_reaches_the_log_and_not_the_visitor(matched: Workspace, tmp_path: Path) -> None:
    matched.store.set_setting("", "page.catalog", "shop")
    matched.store.set_setting("shop", "encoded", {"content": matched.catalog_info("shop").content, "config": None})
    with serving(matched.root) as (_, port):
        [said] = errors_of(port, "start")
    assert "defect in Twinshelf" in said
    assert "Traceback" in (tmp_path / "server.log").read_text()
