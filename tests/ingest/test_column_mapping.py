"""Columns are told by their names and by what they hold; what is doubtful is said, and can be chosen."""

import pandas as pd
import pytest

from matcher.errors import DataError
from matcher.ingest.columns.column_mapping import ColumnMap, guess_columns, recognise_columns


def table(rows, *names):
    return pd.DataFrame(rows, columns=list(names), dtype="str")


def goods(count=60):
    kinds = ["vase", "cup", "bowl", "lamp", "rug", "chair", "clock", "shelf"]
    colours = ["red", "blue", "green", "white", "grey", "black", "pink"]
    return [f"{colours[n % 7]} {kinds[n % 8]} no {n}" for n in range(count)]


def test_a_product_may_be_the_title_and_a_description_is_not():
    story = "Made by hand. Holds water."
    rows = [("v1", "Tall vase, red", story), ("v2", "Tall vase, blue", story), ("c1", "Cup", "For tea and more")]
    found = recognise_columns(table(rows, "Code", "Product", "Description"))
    assert found == ColumnMap("Code", "Product", None, None, None)
    found = recognise_columns(table([("a", "P1", "Tall vase"), ("b", "P1", "Vase tall")], "id", "product", "name"))
    assert (found.title, found.label) == ("name", "product")


def test_kinds_of_goods_are_no_products_and_that_is_said():
    rows = [(str(n), title, ["Home", "Garden", "Gifts"][n * 7 % 3]) for n, title in enumerate(goods())]
    for name in ("Product Group", "group", "label"):
        found, problems = guess_columns(table(rows, "Item No", "Item Name", name))
        assert (found.item_id, found.title, found.label) == ("Item No", "Item Name", None)
        assert [problem.column for problem in problems] == [name]
        assert "3 values over 60 rows" in problems[0].found


def test_kinds_in_a_small_table_are_told_by_a_name_that_does_not_say_products():
    rows = [(str(n), title, ["men", "women"][n % 2]) for n, title in enumerate(goods(12))]
    assert recognise_columns(table(rows, "id", "title", "group")).label is None
    assert recognise_columns(table(rows, "id", "title", "label")).label == "label"


def test_a_code_that_does_not_apply_is_no_product_and_no_kind():
    rows = [(str(n), title, "Does not apply") for n, title in enumerate(goods())]
    assert guess_columns(table(rows, "id", "title", "ean")) == (ColumnMap("id", "title", None, None, None), [])


def test_the_title_is_in_the_language_that_the_rows_have():
    rows = [("a", "", "Tall vase"), ("b", "", "Low vase"), ("c", "Tasse", "Cup")]
    assert recognise_columns(table(rows, "sku", "name-de_DE", "name-en_US")).title == "name-en_US"


def test_products_with_many_alike_titles_are_products():
    rows = [(str(n), f"{title} {word}", f"P{n}") for n, title in enumerate(goods(12)) for word in "abcdef"]
    assert recognise_columns(table(rows, "id", "title", "label")).label == "label"


def test_a_code_that_never_repeats_tells_no_products():
    rows = [(str(n), title, f"40063813{n:05}") for n, title in enumerate(goods())]
    assert recognise_columns(table(rows, "id", "title", "ean")).label is None
    rows[1] = ("1", "another", rows[0][2])
    assert recognise_columns(table(rows, "id", "title", "ean")).label == "ean"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Artikelnummer", "Bezeichnung", "Bild"), ColumnMap("Artikelnummer", "Bezeichnung", "Bild", None, None)),
        (("sku", "name-de_DE", "picture"), ColumnMap("sku", "name-de_DE", "picture", None, None)),
        (("Référence", "Désignation", "photo"), ColumnMap("Référence", "Désignation", "photo", None, None)),
        (("Código", "Título (es)", "imagen"), ColumnMap("Código", "Título (es)", "imagen", None, None)),
        (("Артикул", "Наименование", "Фото"), ColumnMap("Артикул", "Наименование", "Фото", None, None)),
        (("商品コード", "商品名", "画像"), ColumnMap("商品コード", "商品名", "画像", None, None)),
        (("item_id", "name_no", "image"), ColumnMap("item_id", "name_no", "image", None, None)),
    ],
)
def test_names_in_other_languages(names, expected):
    rows = [("a", "Tall vase", "a.jpg"), ("b", "Low vase", "b.jpg")]
    assert recognise_columns(table(rows, *names)) == expected


def test_a_missing_title_is_said_with_photos_or_without():
    rows = [(str(n), "12", f"{n}.jpg") for n in range(4)]
    found, problems = guess_columns(table(rows, "id", "weight", "photo"))
    assert (found.title, found.image) == (None, "photo")
    assert [problem.found for problem in problems] == ["No column holds titles. There are id, weight, photo."]
    assert not guess_columns(table(rows, "id", "weight", "photo"), {"title": None})[1]


def test_titles_under_a_name_that_nobody_knows_are_taken_and_told():
    rows = [(str(n), title) for n, title in enumerate(goods(9))]
    found, problems = guess_columns(table(rows, "id", "Bez. lang"))
    assert found.title == "Bez. lang"
    assert [problem.column for problem in problems] == ["Bez. lang"]


def test_the_photo_is_the_base_photo_and_never_the_shared_one():
    rows = [(str(n), title, "size-chart.jpg", f"{n}.jpg,size-chart.jpg", f"s{n}.jpg", f"b{n}.jpg")
            for n, title in enumerate(goods(9))]  # fmt: skip
    names = ("sku", "name", "swatch", "additional_images", "small_image", "base_image")
    assert recognise_columns(table(rows, *names)).image == "base_image"
    names = ("sku", "name", "chart", "gallery", "extra", "view")
    assert recognise_columns(table(rows, *names)).image == "view"
    rows = [("1", "Vase", "front", "a.jpg"), ("2", "Cup", "back", "b.jpg")]
    assert recognise_columns(table(rows, "id", "title", "photo", "file")).image == "file"


def test_an_id_is_what_differs_from_row_to_row():
    rows = [(f"s{n // 3}", str(n), title) for n, title in enumerate(goods())]
    assert recognise_columns(table(rows, "sku", "item_number", "title")).item_id == "item_number"


def test_what_somebody_chose_stands_and_the_rest_is_recognised():
    frame = table([("a", "Tall vase", "x", "P1")], "id", "title", "product", "label")
    assert recognise_columns(frame, {"title": "product", "label": None}) == ColumnMap("id", "product", None, None, None)
    with pytest.raises(DataError, match="no meaning 'colour'"):
        guess_columns(frame, {"colour": "x"})


def test_a_table_without_titles_names_its_columns_and_how_to_choose():
    rows = [(str(n), f"{n}.jpg", str(n % 3)) for n in range(20)]
    many = [(*row, *["x"] * 20) for row in rows]
    columns, (problem,) = guess_columns(table(many, "sku", "photo", "shelf", *(f"c{n}" for n in range(20))))
    assert (columns.title, columns.image) == (None, "photo")
    assert problem.found.startswith("No column holds titles. There are sku, photo, shelf, c0,")
    assert problem.found.endswith("c8 and 11 more.")
    assert "--columns title=COLUMN" in problem.advice
    assert guess_columns(table(rows, "sku", "photo", "shelf"), {"title": "shelf"})[1] == []
