"""A cell finds its photo however it names it, and of several the first that is there."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matcher.errors import DataError
from matcher.ingest.catalog import read_catalog
from matcher.ingest.photo_names import photo_names, spellings_of
from matcher.ingest.photos import PhotoSource


def picture(colour="red"):
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, colour in (("v1.jpg", "red"), ("v2.jpg", "blue"), ("blue%20cup.jpg", "green"), ("tall vase.jpg", "grey"),
                         ("one, two.jpg", "black"), ("50% off.jpg", "white"), ("q.jfif", "pink")):  # fmt: skip
        (photos / name).write_bytes(picture(colour))
    return photos


@pytest.mark.parametrize(
    "cell",
    ["/v/1/v1.jpg,/v/2/v2.jpg", "v1.jpg|v2.jpg", "v1.jpg;v2.jpg", "v1.jpg, v2.jpg", "v1.jpg v2.jpg",
     '["v1.jpg", "v2.jpg"]', "['v1.jpg','v2.jpg']",
     "{v1.jpg,v2.jpg}", "https://a.example/x/v1.jpg,https://a.example/x/v2.jpg?w=1", "v1.jpg::v2.jpg",
     '[{"src": "//cdn.example/v1.jpg"}, {"src": "//cdn.example/v2.jpg"}]', "v1.jpg | v2.jpg |"],
)  # fmt: skip
def test_of_several_names_the_first_that_is_there(folder, tmp_path, cell):
    assert [name for name in photo_names(cell) if name != cell][-1].partition("?")[0].endswith("v2.jpg")
    quoted = cell.replace('"', '""')
    (tmp_path / "t.csv").write_text(
        f'id,title,image\n1,Vase,v1.jpg\n2,Cup,"{quoted}"\n3,Pot,"gone.jpg|v2.jpg"\n4,Pan,v2.jpg\n'
    )
    catalog, problems = read_catalog(tmp_path / "t.csv", folder, None, tmp_path / "into")
    photo = list(catalog.listings["photo"])
    assert photo[0] == photo[1] != photo[2] == photo[3]
    assert catalog.listings["image"][1] == cell
    assert ["2 rows name several photos, the first in row 3." in problem.found for problem in problems] == [True]


def test_a_name_with_commas_and_blanks_is_one_name(folder):
    source = PhotoSource(folder)
    assert photo_names("one, two.jpg") == ["one, two.jpg"]
    assert source.find(photo_names("one, two.jpg")[0]) == "one, two.jpg"


@given(st.text(max_size=40))
def test_any_cell_names_something(cell):
    assert len(photo_names(cell)) > 0
    assert all(photo_names(cell)[1:])
    assert spellings_of(cell)


@pytest.mark.parametrize(
    ("cell", "file"),
    [
        ("blue cup.jpg", "blue%20cup.jpg"),
        ("blue%20cup.jpg", "blue%20cup.jpg"),
        ("https://shop.example/m/blue%20cup.jpg", "blue%20cup.jpg"),
        ("//cdn.shop.example/m/tall%20vase.jpg?v=12#top", "tall vase.jpg"),
        ("tall%20vase.jpg", "tall vase.jpg"),
        ("v1.jpg?width=100", "v1.jpg"),
        ("50% off.jpg", "50% off.jpg"),
        ("q", "q.jfif"),
        ("/v/1/v1.jpg", "v1.jpg"),
    ],
)
def test_both_spellings_are_tried(folder, cell, file):
    assert PhotoSource(folder).find(cell) == file


def unflagged(path, names, encoding):
    """A zip whose names are in an encoding that it does not tell."""
    stand_ins = {name: f"{n:0{len(name.encode(encoding)) - 4}}.jpg" for n, name in enumerate(names)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        rows = "".join(f"{n},Thing {n},{name}\n" for n, name in enumerate(names))
        archive.writestr("list.csv", f"id,title,image\n{rows}")
        archive.writestr("~$list.csv", "locked")
        for n, stand_in in enumerate(stand_ins.values()):
            archive.writestr(stand_in, picture((40 * n, 90, 90)))
    data = buffer.getvalue()
    for name, stand_in in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode(encoding))
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", ["tasse à thé.jpg", "чашка.jpg", "カップ.jpg"]),
        ("cp866", ["чашка белая.jpg", "ложка чайная.jpg"]),
        ("gbk", ["白色茶杯.jpg", "不锈钢勺子.jpg"]),
        ("cp932", ["白いカップ.jpg", "スプーン.jpg"]),
    ],
)
def test_names_in_zips_of_other_systems_find_their_photos(tmp_path, encoding, names):
    unflagged(tmp_path / "shop.zip", names, encoding)
    with zipfile.ZipFile(tmp_path / "shop.zip") as archive:
        assert names[0] not in archive.namelist()
    catalog, problems = read_catalog(tmp_path / "shop.zip", None, None, tmp_path / "into")
    assert catalog.listings["photo"].nunique() == len(names)
    assert not problems


def test_an_unknown_way_of_packing_is_named_and_not_called_damage(tmp_path):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", "id,title\n1,Vase\n")
        archive.writestr("v1.jpg", picture())
    data = bytearray((tmp_path / "shop.zip").read_bytes())
    for start, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.find(start)
        while place >= 0:
            data[place + offset] = 9
            place = data.find(start, place + 4)
    (tmp_path / "shop.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"cannot be read here \(Deflate64\). Pack it again as an ordinary zip"):
        read_catalog(tmp_path / "shop.zip", None, None, tmp_path / "into")
