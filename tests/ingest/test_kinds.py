"""Workbooks of several sheets, JSON, Feather, OpenDocument, bytes for text; other files named for what they are."""

import json
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pytest
from openpyxl import Workbook

from matcher.errors import DataError
from matcher.ingest.read_options import ReadOptions
from matcher.ingest.table import read_table


def workbook(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.removeprefix("hidden_"))
        sheet.sheet_state = "hidden" if name.startswith("hidden_") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


GOODS = [("sku", "name"), ("a", "Tall vase"), ("b", "Low vase")]
MORE = [("sku", "name"), ("c", "Blue cup")]
CODES = [("Colour", "Code"), ("red", 1), ("blue", 2), ("green", 3)]


def test_sheets_of_one_shape_are_read_and_others_are_named(tmp_path):
    table = read_table(workbook(tmp_path / "b.xlsx", Codes=CODES, Vases=GOODS, Cups=MORE))
    assert list(table.frame["sku"]) == ["a", "b", "c"]
    assert list(table.frame.index) == [2, 3, 4]
    told = " ".join(problem.found + problem.advice for problem in table.problems)
    assert "Sheet Codes (3 rows) is not read." in told
    assert "its 1 rows are read too" in told
    assert "row 2 is row 4 here" in told
    assert [(sheet.name, sheet.rows) for sheet in table.sheets] == [("Codes", 3), ("Vases", 2), ("Cups", 1)]


def test_a_cover_page_is_no_table(tmp_path):
    cover = [("Goods of spring",), ("made by Ann",), ("for Bob",), ("page 1",)]
    table = read_table(workbook(tmp_path / "b.xlsx", Cover=cover, Ware=[("Num", "Bez"), ("a", "Vase"), ("b", "Cup")]))
    assert list(table.frame.columns) == ["Num", "Bez"]
    assert "Sheet Cover (3 rows) is not read." in [problem.found for problem in table.problems]


def test_a_sheet_can_be_chosen(tmp_path):
    path = workbook(tmp_path / "b.xlsx", Vases=GOODS, Cups=MORE)
    table = read_table(path, ReadOptions(sheet="Cups"))
    assert (list(table.frame["sku"]), table.taken.sheet) == (["c"], "Cups")
    with pytest.raises(DataError, match=r"no sheet 'Pans'.*Vases, Cups"):
        read_table(path, ReadOptions(sheet="Pans"))


def test_hidden_sheets_are_read_only_when_asked_for(tmp_path):
    path = workbook(tmp_path / "b.xlsx", hidden_Old=MORE, Vases=GOODS)
    table = read_table(path)
    assert list(table.frame["sku"]) == ["a", "b"]
    assert any("Old (hidden, 1 rows) is not read" in problem.found for problem in table.problems)
    assert list(read_table(path, ReadOptions(sheet="Old")).frame["sku"]) == ["c"]


def test_long_numbers_of_a_workbook_keep_their_digits(tmp_path):
    rows = [("sku", "name"), (4006381333931234, "Vase"), (9007199254740993 * 1000, "Cup"), (12.5, "Pot"), (7.0, "Pan")]
    table = read_table(workbook(tmp_path / "b.xlsx", Goods=rows))
    assert list(table.frame["sku"]) == ["4006381333931234", "9007199254740993000", "12.5", "7"]


def test_a_workbook_that_declares_more_strings_than_it_has_bytes_is_refused(tmp_path):
    workbook(tmp_path / "good.xlsx", Vases=GOODS)
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name))
        bad.writestr("xl/sharedStrings.xml", '<sst uniqueCount="4123456789"><si><t>x</t></si></sst>')
    with pytest.raises(DataError, match="4123456789 strings"):
        read_table(tmp_path / "bad.xlsx")


OPEN = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Goods">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def open_document(path, rows):
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", OPEN.format(rows=rows))
    return path


def cell(text, repeated=1):
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def test_open_document_is_read_within_bounds(tmp_path):
    rows = (
        row(cell("sku"), cell("name")) + row(cell("a"), cell("Vase")) + row("<table:table-cell/>", repeated=1_048_573)
    )
    table = read_table(open_document(tmp_path / "b.ods", rows))
    assert table.frame.to_numpy().tolist() == [["a", "Vase"]]
    assert table.note == "OpenDocument, sheet Goods"
    bomb = rows + row(cell("x", repeated=16_000), repeated=1_000_000)
    with pytest.raises(DataError, match="16,000 columns"):
        read_table(open_document(tmp_path / "bomb.ods", bomb))


@pytest.mark.parametrize(
    "text",
    [
        '[{"sku": 1001, "name": "Vase", "photos": ["a.jpg", "b.jpg"]}, {"sku": 1234567890123456789, "name": null}]',
        '{"sku": 1001, "name": "Vase", "photos": ["a.jpg", "b.jpg"]}\n{"sku": 1234567890123456789}\n',
        '{"count": 2, "goods": [{"sku": 1001, "name": "Vase", "photos": ["a.jpg", "b.jpg"]},'
        ' {"sku": 1234567890123456789}]}',
    ],
)
def test_json_and_json_lines_are_read(tmp_path, text):
    (tmp_path / "goods.txt").write_text(text)
    table = read_table(tmp_path / "goods.txt")
    assert table.frame.to_numpy().tolist() == [["1001", "Vase", '["a.jpg", "b.jpg"]'], ["1234567890123456789", "", ""]]


@pytest.mark.parametrize("text", ['[{"a": 1}, 2]', "[{", '{"a": 1}\n{"a"', '["a"]', "[" * 100_000 + "{", "[{}]"])
def test_other_json_says_what_is_expected(tmp_path, text):
    (tmp_path / "goods.json").write_text(text)
    with pytest.raises(DataError, match=r"JSON|no rows"):
        read_table(tmp_path / "goods.json")


def test_feather_and_text_in_columns_of_bytes(tmp_path):
    table = pa.table({"sku": [b"a", b"b"], "name": ["Vase", "Thé"], "pixels": [b"\xff\xd8\x00", b"\x89\xfe\x00"]})
    feather.write_feather(table, tmp_path / "t.feather")
    table.to_pandas().to_parquet(tmp_path / "t.parquet")
    for name in ("t.feather", "t.parquet"):
        found = read_table(tmp_path / name)
        assert found.frame.to_numpy().tolist() == [["a", "Vase"], ["b", "Thé"]]
        assert found.problems[0].column == "pixels"


def test_dates_that_no_calendar_has_are_no_defect(tmp_path):
    made = pa.array([1, 4_000_000_000_000], pa.timestamp("s"))
    pa.parquet.write_table(pa.table({"sku": ["a", "b"], "made": made}), tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet").frame["sku"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\x1f\x8b\x08\x00", "is packed"),
        (b"7z\xbc\xaf\x27\x1c", "is an archive of another kind"),
        (b"SQLite format 3\x00", "is a database"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xff\xd8\xff\xe0", "is a picture"),
        (b"\x80\x04\x95", "is the data file of another program"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "is XML"),
        (b"  <!DOCTYPE html>", "is a web page"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path, start, said):
    (tmp_path / "goods.csv").write_bytes(start + b" and more\n" * 20)
    with pytest.raises(DataError, match=said):
        read_table(tmp_path / "goods.csv")


def test_a_document_that_is_a_zip_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "goods.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(DataError, match="is a Word document"):
        read_table(tmp_path / "goods.xlsx")


def test_lines_of_json_are_no_csv(tmp_path):
    frame = pd.DataFrame({"sku": ["a"], "name": ["Vase"]})
    frame.to_json(tmp_path / "goods.csv", orient="records", lines=True)
    assert json.loads((tmp_path / "goods.csv").read_text())["name"] == "Vase"
    assert read_table(tmp_path / "goods.csv").note == "JSON lines"
