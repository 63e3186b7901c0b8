"""Good rows go on, every bad one is told by its row, and no file of a stranger's leads out of its place."""

import io
import os
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from matcher import images
from matcher.errors import Cancelled, DataError
from matcher.ingest import archive
from matcher.ingest.catalog import COLUMNS, ColumnMap, preview_table, problems_frame, read_catalog
from matcher.ingest.source import read_source


def jpeg(colour="red", size=(640, 400), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    (folder / "red.jpg").write_bytes(jpeg())
    (folder / "again.jpg").write_bytes(jpeg())
    (folder / "deep" / "blue.png").write_bytes(jpeg("blue"))
    (folder / "broken.jpg").write_bytes(jpeg("green", (900, 900))[:600])
    (folder / "words.jpg").write_text("not a photo")
    (folder / "empty.jpg").write_bytes(b"")
    return folder


def read(tmp_path, text, images=None, mapping=None):
    source = tmp_path / "table.csv"
    source.write_text(text)
    return read_catalog(source, images, mapping, tmp_path / "catalog")


def test_every_row_goes_on_or_is_told(tmp_path, photos):
    catalog, problems = read(
        tmp_path,
        "id,title,image,label,seller\n"
        "a,Soap,red.jpg,1,ann\n"  # row 2
        ",No id,red.jpg,1,ann\n"
        "a,Id again,red.jpg,1,ann\n"
        "b,,,1,ann\n"  # nothing to match on
        "c,,again.jpg,2,bob\n"  # no title
        "d,Broken,broken.jpg,2,bob\n"
        "e,Words,words.jpg,,bob\n"
        "f,Gone,gone.jpg,,bob\n"
        "g,Out,../../etc/passwd,,bob\n"
        "h,Empty,empty.jpg,,bob\n"
        "i,Deep,blue.png,3,bob\n",
        photos,
    )
    listings = catalog.listings
    assert list(listings["item_id"]) == ["a", "c", "d", "e", "f", "g", "h", "i"]
    assert tuple(listings.columns) == (*COLUMNS, "seller")
    assert [bool(photo) for photo in listings["photo"]] == [True, True, False, False, False, False, False, True]
    assert listings["photo"][0] == listings["photo"][1]  # one content, one file
    told = {(problem.row, problem.rejected) for problem in problems}
    assert told == {(3, True), (4, True), (5, True), *((row, False) for row in (6, 7, 8, 9, 10, 11))}
    assert all(problem.found and problem.advice for problem in problems)
    assert "row 2" in next(problem.found for problem in problems if problem.row == 4)
    assert list(problems_frame(problems).columns) == ["row", "item_id", "column", "found", "advice", "rejected"]
    assert catalog.codes.tolist() == [0, 1, 1, -1, -1, -1, -1, 2]


def test_copies_are_bounded_upright_and_written_once(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    (folder / "tall.jpg").write_bytes(jpeg(size=(1600, 800), exif=exif))
    catalog, _ = read(tmp_path, "id,image\na,tall.jpg\n", folder)
    copies = [tmp_path / "catalog" / kind / catalog.listings["photo"][0] for kind in ("images", "thumbnails")]
    sizes = []
    for path in copies:
        with Image.open(path) as copy:
            sizes.append(copy.size)
    assert sizes == [(256, 512), (128, 256)]
    before = [path.stat().st_mtime_ns for path in copies]
    read(tmp_path, "id,image\nb,tall.jpg\n", folder)
    assert [path.stat().st_mtime_ns for path in copies] == before


def test_a_photo_with_damage_that_does_not_show_is_kept_and_told_each_time(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cut.jpg").write_bytes(jpeg()[:-2])
    for _ in range(2):
        catalog, problems = read(tmp_path, "id,title,image\na,Soap,cut.jpg\n", folder)
        assert catalog.listings["photo"][0]
        assert [(problem.row, problem.rejected) for problem in problems] == [(2, False)]
        assert "no end mark" in problems[0].found


def test_a_zip_of_a_table_and_photos(tmp_path, photos):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as shop:
        shop.writestr("shop/list.csv", "id,title,image\na,Soap,red.jpg\nb,Tea,blue.png\nc,Milk,../red.jpg\n")
        shop.write(photos / "red.jpg", "shop/photos/red.jpg")
        shop.write(photos / "deep" / "blue.png", "shop/photos/blue.png")
        shop.writestr("__MACOSX/shop/photos/._red.jpg", b"x")
        shop.writestr("../outside.jpg", jpeg())
    assert list(preview_table(tmp_path / "shop.zip").frame.columns) == ["id", "title", "image"]
    catalog, problems = read_catalog(tmp_path / "shop.zip", None, None, tmp_path / "catalog")
    assert [bool(photo) for photo in catalog.listings["photo"]] == [True, True, False]
    assert [problem.row for problem in problems] == [4]
    assert not (tmp_path / "outside.jpg").exists()


@pytest.mark.parametrize("tables", [[], ["a.csv", "b.csv"]])
def test_a_zip_without_one_table_says_what_it_holds(tmp_path, tables):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as shop:
        shop.writestr("photo.jpg", jpeg())
        for name in tables:
            shop.writestr(name, "id,title\na,b\n")
    with pytest.raises(DataError, match="Expected one CSV"):
        read_catalog(tmp_path / "shop.zip", None, None, tmp_path / "catalog")


def test_links_lead_nowhere(tmp_path, photos):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(jpeg("black"))
    os.symlink(secret, photos / "link.jpg")
    os.symlink(tmp_path, photos / "up")
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as shop:
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        shop.writestr(link, str(secret))
        shop.writestr("list.csv", "id,title,image\na,Soap,link.jpg\n")
    by_folder, _ = read(tmp_path, f"id,title,image\na,x,link.jpg\nb,y,up/secret.jpg\nc,z,{secret}\n", photos)
    by_zip, _ = read_catalog(tmp_path / "shop.zip", None, None, tmp_path / "catalog")
    assert not any(by_folder.listings["photo"])
    assert not any(by_zip.listings["photo"])


def test_bombs_are_refused_before_they_unpack(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("list.csv", b"id,title\n" + b"a" * 120_000_000)
    with pytest.raises(DataError, match="times its size"):
        read_catalog(tmp_path / "bomb.zip", None, None, tmp_path / "catalog")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as many:
        for number in range(5):
            many.writestr(f"{number}.jpg", b"x")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 4)
    with pytest.raises(DataError, match="5 files; at most 4"):
        read_source(tmp_path / "many.zip")  # in this process, where the bound was lowered


def test_a_zip_that_lies_about_its_sizes_is_caught_while_reading(tmp_path):
    with zipfile.ZipFile(tmp_path / "liar.zip", "w", zipfile.ZIP_DEFLATED) as liar:
        liar.writestr("photo.jpg", b"x" * 50_000)
    data = bytearray((tmp_path / "liar.zip").read_bytes())
    for place in (22, data.rfind(b"PK\x01\x02") + 24):  # the sizes in both headers
        data[place : place + 4] = struct.pack("<I", 10)
    (tmp_path / "liar.zip").write_bytes(data)
    with archive.open_archive(tmp_path / "liar.zip") as opened:
        [member] = archive.files(opened).values()
        with pytest.raises(DataError):
            archive.read_member(opened, member, 1_000)


@pytest.mark.parametrize(("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")])
def test_what_cannot_be_unpacked_in_pieces_is_not_unpacked(tmp_path, method, name):
    unpacked, size = 60_000_000, 1_000
    with zipfile.ZipFile(tmp_path / "liar.zip", "w", method) as liar:
        liar.writestr("0.jpg", bytes(unpacked))
    content = (tmp_path / "liar.zip").read_bytes().replace(struct.pack("<I", unpacked), struct.pack("<I", size))
    (tmp_path / "liar.zip").write_bytes(content)
    tracemalloc.start()
    with archive.open_archive(tmp_path / "liar.zip") as opened:
        member = opened.infolist()[0]
        assert member.file_size == size
        with pytest.raises(DataError, match=rf"cannot be read here \({name}\). Pack it again as an ordinary zip"):
            archive.read_member(opened, member, size)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < unpacked / 10


def test_a_photo_of_too_many_pixels_is_judged_by_its_header(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0"))]
    chunks = (struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts)
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    _, problems = read(tmp_path, "id,title,image\na,Soap,bomb.png\n", folder)
    assert "pixels" in problems[0].found
    with pytest.raises(DataError, match="at most 50 million"):
        images.open_image(folder / "bomb.png")


def test_titles_only_photos_only_and_hashes_only(tmp_path, photos):
    titles, problems = read(tmp_path, "id,title\na,Soap\nb,Tea\n")
    assert titles.photos is None
    assert not problems
    pictures, _ = read(tmp_path, "id,image\na,red.jpg\nb,blue.png\n", photos)
    assert all(pictures.listings["photo"])
    rows = "".join(f"p{n},{n}.jpg,{n:016x},Title {n},{n // 2}\n" for n in range(60))
    hashes, problems = read(tmp_path, "posting_id,image,image_phash,title,label_group\n" + rows)
    assert hashes.listings["phash"][9] == f"{9:016x}"
    assert hashes.listings["label"][9] == "4"
    assert [problem.row for problem in problems] == [1]  # told once, not sixty times
    assert "60 of 60 rows" in problems[0].found


def test_columns_can_be_remapped_and_none_is_lost(tmp_path):
    mapping = ColumnMap("code", "what", None, None, "maker")
    catalog, _ = read(tmp_path, "title,code,what,maker,label\nnot this,a,Soap,x,9\n", None, mapping)
    row = catalog.listings.iloc[0]
    assert (row["item_id"], row["title"], row["label"]) == ("a", "Soap", "x")
    assert {"title_2", "label_2"} <= set(catalog.listings.columns)


def test_without_ids_the_row_numbers_serve(tmp_path):
    catalog, problems = read(tmp_path, "title\nSoap\nTea\n")
    assert list(catalog.listings["item_id"]) == ["2", "3"]
    assert "Row numbers serve" in problems[0].advice


def test_a_table_without_one_good_row_is_an_error_and_leaves_nothing_behind(tmp_path):
    with pytest.raises(DataError, match="Row 2"):
        read(tmp_path, "id,title\n,one\n")
    with pytest.raises(DataError, match="not a file"):
        read_catalog(tmp_path / "gone.csv", None, None, tmp_path / "catalog")
    with pytest.raises(DataError, match="not a folder or a zip"):
        read(tmp_path, "id,title,image\na,b,c.jpg\n", tmp_path / "gone")


def test_labels_that_say_nothing_are_no_label(tmp_path):
    catalog, _ = read(tmp_path, "id,title,label\na,x,nan\nb,y,None\nc,z,7\n")
    assert catalog.codes.tolist() == [-1, -1, 0]


def test_an_import_can_be_cancelled(tmp_path, photos):
    def stop(progress):
        if progress.step == "Reading photos":
            raise Cancelled("stop")

    (tmp_path / "t.csv").write_text("id,image\na,red.jpg\n")
    with pytest.raises(Cancelled):
        read_catalog(tmp_path / "t.csv", photos, None, tmp_path / "catalog", stop)


def test_no_part_of_a_file_is_left_where_copies_are_kept(tmp_path, photos):
    read(tmp_path, "id,image\na,red.jpg\nb,broken.jpg\n", photos)
    kept = [path.name for kind in ("images", "thumbnails") for path in Path(tmp_path, "catalog", kind).iterdir()]
    assert len(kept) == 2
    assert all(len(name) == 36 and name.endswith(".jpg") for name in kept)


@pytest.mark.parametrize(("common", "told"), [(5, False), (6, True), (10, True)])
def test_one_label_over_more_than_half_of_the_rows_is_told(tmp_path, common, told):
    rows = [f"i{n},Vase no {n} of clay,{'home' if n < common else f'v{n}'}" for n in range(10)]
    (tmp_path / "shop.csv").write_text("\n".join(["id,title,label_group", *rows]))
    _, problems = read_catalog(tmp_path / "shop.csv", None, {"label": "label_group"}, tmp_path)
    assert [p.column for p in problems if f"{common} of 10 rows have one label, home" in p.found] == [
        "label_group"
    ] * told
