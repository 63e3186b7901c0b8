"""Tables as people really send them are read; what cannot be read says why, and by row."""

import csv
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.ingest import table
from matcher.ingest.cells import cell_text
from matcher.ingest.column_mapping import ColumnMap, recognise_columns
from matcher.ingest.readers.parquet_reader import read_parquet
from matcher.ingest.readers.text_encoding import find_encoding
from matcher.ingest.table import read_table
from matcher.storage.exports import to_bytes

ROWS = [["id", "title"], ["a1", "Café crème 250 ml"], ["a2", 'Tas "kecil"\nmerah; murah']]


def written(rows, delimiter=","):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def parse(folder, content):
    path = folder / "table"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_delimiters_and_encodings_are_found_out(tmp_path, delimiter, encoding):
    found = parse(tmp_path, written(ROWS, delimiter).encode(encoding))
    assert list(found.frame.columns) == ["id", "title"]
    assert list(found.frame["title"]) == ["Café crème 250 ml", 'Tas "kecil" merah; murah']
    assert not found.problems


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    found = parse(tmp_path, "id,title\na,one\n\n,\nb,two\n")
    assert list(found.frame.index) == [2, 5]


def test_a_single_column_keeps_its_commas(tmp_path):
    found = parse(tmp_path, "title\nred, round soap\nblue soap\n")
    assert list(found.frame["title"]) == ["red, round soap", "blue soap"]


def test_a_heading_above_the_names_is_left_out_and_told(tmp_path):
    found = parse(tmp_path, "Export of 12 May,,\nid,title,label\na,one,x\n")
    assert list(found.frame.columns) == ["id", "title", "label"]
    assert "Export of 12 May" in found.problems[0].found


def test_ragged_rows_are_fitted_or_rejected_by_row(tmp_path):
    found = parse(tmp_path, "id,title,label\na,one\nb,two,x,more\nc,three,y,\n")
    assert list(found.frame["id"]) == ["a", "c"]
    assert [(problem.row, problem.rejected) for problem in found.problems] == [(2, False), (3, True)]


def test_a_column_that_most_rows_have_needs_no_name(tmp_path):
    found = parse(tmp_path, "id,title\na,one,red\nb,two,blue\n")
    assert found.frame["column 3"].tolist() == ["red", "blue"]


def test_columns_of_one_name_get_names_of_their_own(tmp_path):
    found = parse(tmp_path, "id,title,title\na,one,two\n")
    assert list(found.frame.columns) == ["id", "title", "title_2"]
    assert "title_2" in found.problems[0].advice


def test_parquet_and_excel_are_known_by_their_content(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "title": ["one", None], "price": [2.0, 2.5], "vector": [[1], [2]]})
    frame.to_parquet(tmp_path / "misnamed.csv")
    found = read_table(tmp_path / "misnamed.csv")
    assert found.frame.to_numpy().tolist() == [["1", "one", "2"], ["2", "", "2.5"]]
    assert found.problems[0].column == "vector"
    frame.drop(columns="vector").to_excel(tmp_path / "book.xlsx", index=False)
    assert read_table(tmp_path / "book.xlsx").frame.to_numpy().tolist() == [["1", "one", "2"], ["2", "", "2.5"]]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(st.characters(codec="utf-8"), max_size=12)), min_size=1).filter(
        lambda rows: all(any(table.plain(cell) for cell in row) for row in rows)
    )
)
def test_what_is_exported_reads_back_the_same(tmp_path_factory, rows):
    cells = [[f"r{place}", *map(table.plain, row)] for place, row in enumerate(rows)]
    # An apostrophe before a formula sign is the mark of our own exports, and comes off on reading.
    cells = [[cell_text(cell) for cell in row] for row in cells]
    exported = to_bytes(pd.DataFrame(cells, columns=["id", "one", "two"]), "CSV")
    assert parse(tmp_path_factory.mktemp("t"), exported).frame.to_numpy().tolist() == cells


def test_control_and_turning_characters_never_come_in(tmp_path):
    found = parse(tmp_path, "id,title\na,one\u202egpj.exe\u200b\x07 two\n")
    assert found.frame.loc[2, "title"] == "onegpj.exe two"


def test_a_huge_cell_is_refused_by_row_before_it_fills_the_memory(tmp_path):
    with pytest.raises(DataError, match="Line 3 of table has more than 1,000,000 characters"):
        parse(tmp_path, "id,title\na,one\nb," + "x" * 3_000_000 + "\n")
    with pytest.raises(DataError, match="Row 3 of table"):
        parse(tmp_path, 'id,title\na,one\nb,"open\n' + "more,words\n" * 20_000)
    found = parse(tmp_path, "id,title\na," + "x" * 50_000 + "\n")
    assert len(found.frame.loc[2, "title"]) == table.MAX_CELL
    assert found.problems[0].row == 2


def test_a_huge_cell_repeated_in_every_row_of_a_parquet_file_is_cut_or_refused(tmp_path, monkeypatch):
    """Such a file is tiny: the cell stands in it once."""
    titles = pd.Categorical.from_codes([0] * 5_000, ["x" * 2_000_000])
    pd.DataFrame({"id": range(5_000), "title": titles}).to_parquet(tmp_path / "bomb.parquet")
    found = read_table(tmp_path / "bomb.parquet")
    assert set(found.frame["title"].str.len()) == {table.MAX_CELL}
    assert "5,000 cells" in found.problems[0].found
    columns, _ = read_parquet(tmp_path / "bomb.parquet", max_rows=5_000, max_cell=10)
    assert columns["title"] == ["x" * 10] * 5_000
    monkeypatch.setattr(table, "MAX_TABLE_BYTES", 1_000_000)
    with pytest.raises(DataError, match="more than 1,000,000 characters"):
        read_table(tmp_path / "bomb.parquet")


def test_a_damaged_parquet_file_is_read_or_refused_in_words(tmp_path):
    """Some of these bytes are places in a dictionary; Arrow itself does not look whether they lie in it."""
    good = io.BytesIO()
    pd.DataFrame({"id": [f"i{n}" for n in range(9)], "title": ["a", "b", "c"] * 3}).to_parquet(good, compression=None)
    data = good.getvalue()
    for place in range(4, data.index(b"pandas")):
        try:
            assert len(parse(tmp_path, data[:place] + bytes([data[place] ^ 0x7F]) + data[place + 1 :]).frame) == 9
        except DataError:
            pass  # said in words; anything else would be a defect


def test_a_guessed_encoding_is_called_a_guess(tmp_path):
    found = parse(tmp_path, "id;title\n1;Кружка красная керамическая\n2;Чайник электрический\n".encode("cp1251"))
    assert found.frame.loc[2, "title"] == "Кружка красная керамическая"
    assert "a guess" in found.note


def test_a_quote_that_is_never_closed_is_named(tmp_path):
    with pytest.raises(DataError, match="Row 3 of table opens a quote"):
        parse(tmp_path, 'id,title\na,one\nb,"two\nc,three\n')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"id,title\n", "no rows"),
        (b"<html><table></table></html>", "web page"),
        (bytes(range(256)) * 40, "not a table"),
        (b"PAR1 but damaged", "cannot be read as Parquet"),
        (b"\xd0\xcf\x11\xe0 old excel, damaged", "cannot be read as Excel"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, said):
    with pytest.raises(DataError, match=said):
        parse(tmp_path, content)


def test_limits_of_size_rows_and_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    with pytest.raises(DataError, match="more than 2 rows"):
        parse(tmp_path, "id,title\n" + "a,b\n" * 3)
    with pytest.raises(DataError, match="at most 200"):
        parse(tmp_path, ",".join(f"c{n}" for n in range(300)) + "\n1,2\n")
    monkeypatch.setattr(table, "MAX_TABLE_BYTES", 10)
    with pytest.raises(DataError, match="MB"):
        parse(tmp_path, "id,title\na,something long\n")


def test_a_stray_far_cell_does_not_unfold_a_sheet(tmp_path):
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    pd.DataFrame({"id": ["a"]}).to_excel(tmp_path / "good.xlsx", index=False)
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, sheet if "sheet1" in name else good.read(name))
    with pytest.raises(DataError, match="1,048,576 rows x 16,384 columns"):
        read_table(tmp_path / "bad.xlsx")


def test_latin_text_in_a_legacy_encoding_is_read_as_excel_writes_it(tmp_path):
    (tmp_path / "old.csv").write_bytes("id;title\na;Crème brûlée 250 g\n".encode("cp1252"))
    assert find_encoding(tmp_path / "old.csv").name == "cp1252"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["posting_id", "image", "image_phash", "title", "label_group"],
            ColumnMap("posting_id", "title", "image", "image_phash", "label_group"),
        ),
        (["SKU", "Product Name", "Picture", "Group"], ColumnMap("SKU", "Product Name", "Picture", None, "Group")),
        (["asin", "name", "Photo"], ColumnMap("asin", "name", "Photo", None, None)),
        (["id", "judul", "gambar", "product_id"], ColumnMap("id", "judul", "gambar", None, "product_id")),
        (["price", "title"], ColumnMap(None, "title", None, None, None)),
    ],
)
def test_columns_are_recognised_by_their_names(columns, expected):
    assert recognise_columns(pd.DataFrame([["x"] * len(columns)], columns=columns, dtype="str")) == expected


def test_a_column_map_is_checked_against_the_table():
    frame = pd.DataFrame({"id": ["a"], "title": ["b"]})
    for wrong in (
        ColumnMap("gone", "title", None, None, None),
        ColumnMap("id", "id", None, None, None),
        ColumnMap("id", None, None, None, "title"),
    ):
        with pytest.raises(DataError):
            wrong.check(frame)
