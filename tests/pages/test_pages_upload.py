"""What is guessed of a table is shown before it is read in, and can be changed there."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

from matcher import jobs
from matcher.storage.workspace import open_workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Configs of the imports that the page started, in a workspace of this test; none runs."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("MATCHER_IMPORT_FOLDER", str(tmp_path))
    open_workspace(tmp_path / "workspace")
    configs: list[Any] = []
    monkeypatch.setattr(jobs, "start", lambda workspace, kind, config: configs.append(config) or "none")
    return configs


def page_with(file: Path) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    app.switch_page("pages/catalog.py").run()
    app.text_input(key="server-table").set_value(str(file)).run()
    assert not app.exception, app.exception[0].stack_trace
    return app


def box(app: AppTest, field: str, file: Path) -> Any:
    return app.selectbox(key=f"{field}-{file}")


def columns(app: AppTest) -> list[str]:
    return [str(name) for name in app.dataframe[0].value.columns]


def press_import(app: AppTest) -> None:
    next(button for button in app.button if button.label == "Import").click().run()


def test_a_delimiter_and_an_encoding_that_were_guessed_can_be_changed(tmp_path: Path, started: list[Any]) -> None:
    file = tmp_path / "shop.csv"
    file.write_bytes("id;title|size\n1;Чашка|L\n2;Ложка|S\n".encode("cp1251"))
    app = page_with(file)
    assert columns(app) == ["id", "title|size"]
    assert any("a guess" in caption.value for caption in app.caption)
    assert "Found: CP1251" in box(app, "encoding", file).options
    box(app, "delimiter", file).set_value("|").run()
    assert columns(app) == ["id;title", "size"]
    box(app, "encoding", file).set_value("koi8-r").run()
    assert not app.exception
    press_import(app)
    assert (started[0].delimiter, started[0].encoding, started[0].sheet) == ("|", "koi8-r", None)


def test_a_sheet_and_the_row_of_names_can_be_chosen(tmp_path: Path, started: list[Any]) -> None:
    book = Workbook()
    book.active.append(["sku", "name"])
    book.active.append(["a", "Vase"])
    old = book.create_sheet("Old")
    old.sheet_state = "hidden"
    for row in (["Goods", "Kind", "of 2019"], ["sku", "name", "stock"], ["b", "Bowl", 3]):
        old.append(row)
    file = tmp_path / "shop.xlsx"
    book.save(file)
    app = page_with(file)
    assert columns(app) == ["sku", "name"]
    assert any("Sheet Old" in caption.value and "is not read" in caption.value for caption in app.caption)
    assert any("Old (2 rows, hidden)" in option for option in box(app, "sheet", file).options)
    box(app, "sheet", file).set_value("Old").run()
    assert columns(app) == ["sku", "name", "stock"]
    app.number_input(key=f"header_row-{file}").set_value(1).run()
    assert columns(app) == ["Goods", "Kind", "of 2019"]
    press_import(app)
    assert (started[0].sheet, started[0].header_row) == ("Old", 1)


def test_a_choice_that_does_not_fit_can_be_taken_back(tmp_path: Path, started: list[Any]) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("id,title\n1,Vase\n2,Bowl\n")
    app = page_with(file)
    app.number_input(key=f"header_row-{file}").set_value(3).run()
    assert [error.value for error in app.error]
    app.number_input(key=f"header_row-{file}").set_value(1).run()
    assert columns(app) == ["id", "title"]
