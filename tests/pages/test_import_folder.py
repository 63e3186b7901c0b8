"""Files on the server are read from one folder, and only when somebody named it."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from matcher.errors import DataError
from matcher.storage.workspace import open_workspace
from pages._catalog.import_folder import import_folder, resolve_inside

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table in it, and things beside it that are none of its business."""
    inside = (tmp_path / "in").resolve()
    (inside / "spring").mkdir(parents=True)
    (inside / "spring" / "shop.csv").write_text("id,title\na,Kettle\n")
    (tmp_path / "secret.csv").write_text("id,title\nb,Secret\n")
    (inside / "out.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "ring").symlink_to(inside / "ring")
    (tmp_path / "in-secret").mkdir()
    return inside


def test_what_is_inside_is_found(folder: Path) -> None:
    table = folder / "spring" / "shop.csv"
    assert resolve_inside(folder, " spring/shop.csv ") == table
    assert resolve_inside(folder, str(table)) == table
    assert resolve_inside(folder, "spring/../spring") == folder / "spring"


@pytest.mark.parametrize(
    "typed", ["/etc/passwd", "../secret.csv", "out.csv", "ring", "../in-secret", "nothing.csv", "a\0b", "x" * 5000]
)
def test_what_leads_out_of_it_is_not(folder: Path, typed: str) -> None:
    with pytest.raises(DataError, match="import folder"):
        resolve_inside(folder, typed)


@pytest.mark.parametrize("named", [None, "", "nowhere", "/etc/passwd"])
def test_without_a_folder_there_is_none(named: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATCHER_IMPORT_FOLDER", raising=False)
    if named is not None:
        monkeypatch.setenv("MATCHER_IMPORT_FOLDER", named)
    assert import_folder() is None


def test_the_page_offers_no_file_of_the_server_unless_a_folder_was_named(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    open_workspace(tmp_path / "workspace")
    monkeypatch.delenv("MATCHER_IMPORT_FOLDER", raising=False)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    app.switch_page("pages/catalog.py").run()
    assert "server-table" not in [box.key for box in app.text_input]
    monkeypatch.setenv("MATCHER_IMPORT_FOLDER", os.fspath(folder))
    app.run()
    app.text_input(key="server-table").set_value("/etc/passwd").run()
    assert [error.value for error in app.error]
    assert not app.dataframe
    app.text_input(key="server-table").set_value("spring/shop.csv").run()
    assert app.dataframe[0].value["title"].tolist() == ["Kettle"]
