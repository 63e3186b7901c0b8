"""Text tables as programs and people write them: encodings, delimiters, quotes, and rows that swallow others."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.ingest.read_options import ReadOptions, known_encoding, named_delimiter
from matcher.ingest.readers.csv_records import Dialect, Remarks, read_records
from matcher.ingest.table import read_table


def parse(folder, content, **options):
    path = folder / "table"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, ReadOptions(**options))


def titles(table):
    return list(table.frame["title"])


def told(table):
    return {(problem.row, problem.found.split(",")[0]) for problem in table.problems}


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ('1,"Lamp 9" round",a', 'Lamp 9" round'),
        ('1,Lamp 9" round,a', 'Lamp 9" round'),
        ('1,"Lamp 9", round",a', 'Lamp 9", round'),
        ('1,""Old" lamp",a', '"Old" lamp'),
        ('1,"Tube 9"",a', 'Tube 9"'),
        ('1,"Tube ""9""",a', 'Tube "9"'),
        ('1, "Lamp, round" , a', "Lamp, round"),
        ('"1,""Lamp, round"",a"', "Lamp, round"),
    ],
)
def test_quotes_are_read_as_they_are_meant_and_swallow_no_row(tmp_path, row, title):
    table = parse(tmp_path, f'id,title,label\n0,"First",b\n{row}\n2,"Vase",b\n3,"Bowl",c\n')
    assert titles(table) == ["First", title, "Vase", "Bowl"]
    assert list(table.frame["label"]) == ["b", "a", "b", "c"]


def test_a_quote_that_is_not_closed_is_part_of_the_text_where_the_next_rows_tell(tmp_path):
    table = parse(tmp_path, 'id,title,label\n1,"Tube 9 inch,a\n2,"Vase",b\n3,Bowl,c\n')
    assert list(table.frame["id"]) == ["1", "2", "3"]
    assert (2, "A double quote opens a cell and is never closed.") in told(table)


def test_a_cell_that_may_have_swallowed_a_row_is_told_by_its_row(tmp_path):
    table = parse(tmp_path, 'id,title,label\n1,"Tube 9,a\n2,Vase"\n3,Bowl,c\n4,Cup,d\n')
    assert (2, "A cell holds a line break and delimiters.") in told(table)


def test_descriptions_over_several_lines_are_nothing_to_tell(tmp_path):
    rows = "".join(f'{n},Vase {n},"Blue,white\nand,red"\n' for n in range(9))
    table = parse(tmp_path, "id,title,description\n" + rows)
    assert len(table.frame) == 9
    assert not table.problems


@given(st.lists(st.lists(st.text(st.sampled_from('ab", \n'), max_size=6), min_size=3, max_size=3), min_size=1))
def test_what_keeps_the_rules_is_read_as_csv_reads_it(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    lines = [(line, False) for line in buffer.getvalue().splitlines(keepends=True)]
    assert list(read_records(iter(lines), Dialect(",", width=3), Remarks(), "t")) == rows


def test_a_file_made_to_take_long_is_read_by_the_rules_from_some_line_on():
    hard = ",".join(['"a', 'c"', "b"] * 10 + ["b"] * 80)  # may be cut in countless ways, and none comes to 80 cells
    remarks = Remarks()
    lines = ((f"{hard}\n", False) for _ in range(500))
    assert {len(record) for record in read_records(lines, Dialect(",", width=80), remarks, "t")} == {100}
    assert remarks.effort < 400_000


def test_backslashes_before_quotes_and_delimiters(tmp_path):
    table = parse(tmp_path, b'"id","title"\n"1","Disc 12\\" red"\n"2","Disc 12\\", thin"\n"3","A\\\\B"\n"4","Cup"\n')
    assert titles(table) == ['Disc 12" red', 'Disc 12", thin', "A\\B", "Cup"]
    table = parse(tmp_path, b"id,title\n1,Disc\\, thin\n2,\\N\n3,Cup\n")
    assert titles(table) == ["Disc, thin", "\\N", "Cup"]
    table = parse(tmp_path, b'id,title\n1,"On C:\\new"\n2,"Ends so\\"\n')
    assert titles(table) == ["On C:\\new", "Ends so\\"]


@pytest.mark.parametrize(
    ("content", "columns", "first"),
    [
        ("id;title\n" + "".join(f"{n};Vase {n}, green\n" for n in range(9)), ["id", "title"], "Vase 0, green"),
        ("id,title\n" + "".join(f"{n},Co | Vase | tall\n" for n in range(9)), ["id", "title"], "Co | Vase | tall"),
        ("nr;bez\n" + "".join(f"{n};Vase, green\n" for n in range(9)), ["nr", "bez"], None),
        ("title\n" + "".join(f"Vase {n}, green\n" for n in range(9)), ["title"], "Vase 0, green"),
        ("sep=|\nid|title\n1|Vase, green\n", ["id", "title"], "Vase, green"),
    ],
)
def test_the_delimiter_of_the_header_decides(tmp_path, content, columns, first):
    table = parse(tmp_path, content)
    assert list(table.frame.columns) == columns
    assert first is None or titles(table)[0] == first


def test_a_delimiter_and_an_encoding_can_be_chosen(tmp_path):
    table = parse(tmp_path, "a;b,c\n1;2,3\n", delimiter=",")
    assert list(table.frame.columns) == ["a;b", "c"]
    assert list(parse(tmp_path, "a;b,c\n1;2,3\n", delimiter="").frame.columns) == ["a;b,c"]
    table = parse(tmp_path, "id,title\n1,Чашка\n".encode("cp1251"), encoding="cp1251")
    assert titles(table) == ["Чашка"]
    assert "guess" not in table.note
    assert [named_delimiter(name) for name in ("tab", "\\t", ";", "none")] == ["\t", "\t", ";", ""]
    for wrong in ("both", '"'):
        with pytest.raises(DataError, match="not one character"):
            named_delimiter(wrong)
    with pytest.raises(DataError, match="no encoding"):
        known_encoding("rot13")


SAMPLES = {
    "cp1250": "Misa głęboka biała, kubek żółtawy, łyżka średnia",
    "iso8859_2": "Šálek malý, talíř žlutý, lžíce čajová",
    "cp1252": "Théière émaillée à côté, Schüssel groß für Suppe",
    "cp1254": "Büyük kâse, ışıklı kırmızı kaşık, çatal",  # noqa: RUF001
    "mac_roman": "Théière émaillée, pâte brisée",
    "cp1251": "Чашка белая, Ложка чайная",
    "koi8_r": "Чашка белая, Ложка чайная",
    "cp866": "Чашка белая, Ложка чайная",
    "gb18030": "白色茶杯 小号, 不锈钢勺子",
    "big5": "白色茶杯 小號, 不鏽鋼湯匙",
    "cp932": "白いティーカップ, ステンレスのスプーン",
    "cp949": "하얀 찻잔, 스테인리스 숟가락",
    "cp1253": "Λευκό φλιτζάνι, κουτάλι",
    "cp1255": "ספל לבן, כפית מתכת",
    "cp874": "ถ้วยชาสีขาว ช้อนสแตนเลส",
}


@pytest.mark.parametrize("encoding", SAMPLES)
def test_an_encoding_that_nobody_named_is_guessed_and_called_a_guess(tmp_path, encoding):
    words = SAMPLES[encoding].split(", ")
    text = "id,title\n" + "".join(f"{n},{word}\n" for n, word in enumerate(words))
    table = parse(tmp_path, text.encode(encoding))
    assert titles(table) == words
    assert "a guess" in table.note


def test_single_rows_in_another_encoding_are_read_and_told(tmp_path):
    rows = [f"{n},Façade à côté {n}\n".encode("cp1252" if n in (3, 7) else "utf-8") for n in range(9)]
    table = parse(tmp_path, b"id,title\n" + b"".join(rows))
    assert titles(table) == [f"Façade à côté {n}" for n in range(9)]
    assert {row for row, _ in told(table)} == {5, 9}
    assert "CP1252" in table.note


def test_single_rows_of_utf8_in_a_file_of_another_encoding(tmp_path):
    rows = [f"{n},Façade à côté {n}\n".encode("utf-8" if n == 5 else "cp1252") for n in range(9)]
    table = parse(tmp_path, b"id,title\n" + b"".join(rows))
    assert titles(table) == [f"Façade à côté {n}" for n in range(9)]
    assert told(table) == {(7, "Not written in the encoding of the table; read as UTF-8.")}


def test_a_lost_character_never_goes_by_silently(tmp_path):
    table = parse(tmp_path, "id,title\n1,Th\ufffdi\u00e8re\n2,Cup\n")
    assert [(problem.row, problem.column) for problem in table.problems] == [(2, "title")]
    many = parse(tmp_path, "id,title\n" + "1,T\ufffd\n" * 50)
    assert len(many.problems) == 1
    assert "50 rows" in many.problems[0].found


def test_a_first_column_without_a_name_is_set_apart(tmp_path):
    table = parse(tmp_path, '"id","title"\n"1","V1","Tall vase"\n"2","V2","Low vase"\n"3","V3","Bowl"\n')
    assert (list(table.frame["id"]), titles(table)) == (["V1", "V2", "V3"], ["Tall vase", "Low vase", "Bowl"])
    table = parse(tmp_path, '"id","title"\n"x","V1","Tall vase"\n"y","V2","Low vase"\n"z","V3","Blue bowl"\n')
    assert titles(table) == ["Tall vase", "Low vase", "Blue bowl"]


@pytest.mark.parametrize(
    "above",
    ["Goods,,Looks,\n", "Shop,Acme\nMade,2024-05-01\n\n", "Export of May\n", "a,b,c,d\n"],
)
def test_the_real_row_of_names_is_found(tmp_path, above):
    table = parse(tmp_path, above + "id,title,image,note\n1,Tall vase,a.jpg,n\n2,Low vase,b.jpg,n\n")
    assert list(table.frame.columns) == ["id", "title", "image", "note"]
    assert len(table.frame) == 2
    assert any("above the column names" in found for _, found in told(table))


def test_names_that_nobody_knows_below_a_row_of_groups(tmp_path):
    table = parse(tmp_path, "Ware,,Bilder,\nNum,Bez,Vorn,Text\n1,Vase hoch,a.jpg,x\n2,Vase,b.jpg,y\n")
    assert list(table.frame.columns) == ["Num", "Bez", "Vorn", "Text"]


def test_the_row_of_names_can_be_chosen_or_missing(tmp_path):
    content = "q,w\nid,title\n1,Vase\n2,Bowl\n"
    assert list(parse(tmp_path, content, header_row=1).frame.columns) == ["q", "w"]
    assert list(parse(tmp_path, content, header_row=0).frame.columns) == ["column 1", "column 2"]
    with pytest.raises(DataError, match="Row 9"):
        parse(tmp_path, content, header_row=9)
    nameless = parse(tmp_path, "11,Vase tall,a.jpg\n12,Vase low,b.jpg\n")
    assert list(nameless.frame["column 2"]) == ["Vase tall", "Vase low"]


def test_names_that_come_again_are_left_out(tmp_path):
    table = parse(tmp_path, "id,title\n1,Vase\nid,title\n2,Bowl\n")
    assert titles(table) == ["Vase", "Bowl"]
    assert [(problem.row, problem.rejected) for problem in table.problems] == [(3, True)]
