"""The terminal says how it read a table and what it took each column for, and does as it is told instead."""

import pytest
from openpyxl import Workbook
from PIL import Image

from matcher.cli.main import cli
from matcher.storage.workspace import open_workspace


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    text = "nr;Ware, lang;product\n1;Weiße Tasse aus Ton|groß;P1\n2;Langer Löffel|klein;P1\n"
    (tmp_path / "shop.csv").write_bytes(text.encode("cp1252"))
    return tmp_path / "shop.csv"


def taken(capsys, *arguments):
    """What an import prints, and the listings that it made."""
    capsys.readouterr()
    assert cli(["import", "shop.csv", "--name", "shop", *arguments]) == 0
    return capsys.readouterr().err, open_workspace().load_catalog("shop").listings


def test_what_was_taken_is_printed(shop, capsys):
    said, listings = taken(capsys)
    assert "Read as CSV, semicolon, CP1252 (a guess" in said
    assert "item_id = nr, title = Ware, lang, label = product." in said
    assert "no column for image; --columns" in said
    assert list(listings["title"]) == ["Weiße Tasse aus Ton|groß", "Langer Löffel|klein"]


def test_a_catalog_that_is_replaced_under_another_name_is_named(shop, capsys):
    taken(capsys)
    assert "take the place" not in taken(capsys)[0]
    for name, told in (("Shop #2", False), ("shop-2", True), ("Shop 2", False), ("Shop+2", True)):
        assert cli(["import", "shop.csv", "--name", name]) == 0
        assert ("They take the place of those of the catalog Shop" in capsys.readouterr().err) == told, name


def test_columns_delimiter_and_encoding_can_be_said(shop, capsys):
    _, listings = taken(capsys, "--columns", "title=Ware, lang,label=,id=product", "--columns", "photo=nr")
    assert list(listings["item_id"]) == ["P1"]
    assert (list(listings["label"]), list(listings["image"])) == ([""], ["1"])
    said, listings = taken(
        capsys, "--delimiter", "bar", "--encoding", "latin1", "--header-row", "0", "--columns", "title=column 1"
    )
    assert "CSV, bar, ISO8859-1" in said
    assert "guess" not in said
    assert len(listings) == 3


def test_a_sheet_can_be_said(shop, capsys):
    book = Workbook()
    for name, goods in (("Now", "Vase"), ("Then", "Bowl")):
        sheet = book.create_sheet(name)
        sheet.append(["id", "title", name])
        sheet.append(["1", goods, "x"])
    book.save("shop.csv")
    said, listings = taken(capsys)
    assert "Sheet Then (1 rows) is not read." in said
    assert list(listings["title"]) == ["Vase"]
    assert list(taken(capsys, "--sheet", "Then")[1]["title"]) == ["Bowl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--columns", "colour=x"], "expected MEANING=COLUMN"),
        (["--columns", "title=gone"], "There is no column 'gone'"),
        (["--delimiter", "both"], "not one character"),
        (["--encoding", "klingon"], "no encoding 'klingon'"),
        (["--header-row", "40"], "Row 40 of shop.csv cannot hold"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(shop, capsys, arguments, said):
    capsys.readouterr()
    assert cli(["import", "shop.csv", "--name", "shop", *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_missing_title_is_said_where_there_are_photos_too(shop, tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    for name, colour in (("k1", "red"), ("p1", "blue")):
        Image.new("RGB", (40, 40), colour).save(tmp_path / "photos" / f"{name}.png")
    shop.write_text("sku,ranking,photo\nK1,3,k1.png\nP1,4,p1.png\n")
    said, listings = taken(capsys, "--images", "photos")
    assert "No column holds titles. There are sku, ranking, photo." in said
    assert "--columns title=COLUMN" in said
    assert (listings["photo"] != "").all()
    assert "No column holds titles" not in taken(capsys, "--images", "photos", "--columns", "title=ranking")[0]
