"""A photo that ends its decoder ends another process: it is a damaged photo, and the import goes on."""

import io
import os
import signal

import pandas as pd
import pytest
from PIL import Image

from matcher.errors import Cancelled, DataError
from matcher.images import WORKING_SIDE, guarded, jpeg, read_photo, thumbnail, working_copy
from matcher.images.guarded import PhotoReader
from matcher.ingest.catalog import read_catalog

LETHAL = b"a photo that trips the decoder"


@pytest.fixture
def reader():
    reader = PhotoReader()
    yield reader
    reader.close()


@pytest.fixture
def lethal_photos(monkeypatch, tmp_path):
    """The child ends itself at LETHAL as a decoder does that writes where it may not, and hangs at b"slow"."""
    program = (
        "import os, signal, time\n"
        "from matcher.images import guarded\n"
        "answer = guarded._answer\n"
        "def trip(photo):\n"
        "    if photo == b'slow': time.sleep(60)\n"
        f"    if photo == {LETHAL!r}: os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    return answer(photo)\n"
        "guarded._answer = trip\n"
        "guarded.main()\n"
    )
    popen = guarded.subprocess.Popen

    def start(command, **how):
        return popen([*command[:1], "-c", program], **how)

    monkeypatch.setattr(guarded.subprocess, "Popen", start)


def photo(colour="red", size=(700, 500)):
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, "JPEG", comment=colour)
    return buffer.getvalue()


def test_what_another_process_decodes_is_what_this_one_decodes(reader):
    for data in (photo(), photo(size=(30, 2000))):
        image = working_copy(read_photo(data, side=WORKING_SIDE)[0])
        copies = reader.read(data)
        assert copies.working == jpeg(image)
        assert (copies.small, copies.flaw) == (jpeg(thumbnail(image), quality=85), "")
    assert "no end mark" in reader.read(photo()[:-2]).flaw
    for bad in (b"", b"GIF89a", photo()[:300]):
        with pytest.raises(DataError) as here:
            read_photo(bad, side=WORKING_SIDE)
        with pytest.raises(DataError) as there:
            reader.read(bad)
        assert str(here.value) == str(there.value)


def test_a_reader_that_died_is_started_again(reader, lethal_photos):
    first = reader.read(photo())
    with pytest.raises(DataError, match="ended its reader"):
        reader.read(LETHAL)
    assert reader.read(photo()) == first
    os.kill(reader._child.pid, signal.SIGKILL)
    with pytest.raises(DataError, match="ended its reader"):
        reader.read(photo())
    assert reader.read(photo()) == first


def test_a_photo_that_takes_too_long_is_let_go(reader, lethal_photos, monkeypatch):
    reader.read(photo())
    monkeypatch.setattr(guarded, "SECONDS", 0.5)
    with pytest.raises(DataError, match=r"more than 0\.5 seconds"):
        reader.read(b"slow")


def test_an_import_tells_the_photo_that_ended_its_reader_and_keeps_the_others(tmp_path, lethal_photos):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.jpg").write_bytes(LETHAL if number in (7, 23) else photo(str(number)))
    table = pd.DataFrame({"id": range(40), "title": [f"vase {n}" for n in range(40)]})
    table.assign(image=table["id"].map("{}.jpg".format)).to_csv(tmp_path / "shop.csv", index=False)
    children = []
    popen = guarded.subprocess.Popen

    def start(*command, **how):
        children.append(popen(*command, **how))
        return children[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarded.subprocess, "Popen", start)
        catalog, problems = read_catalog(tmp_path / "shop.csv", folder, None, tmp_path / "shop")
    without = catalog.listings.loc[catalog.listings["photo"] == "", "item_id"].tolist()
    assert without == ["7", "23"]
    assert [p.item_id for p in problems if "ended its reader" in p.found] == without
    assert 3 <= len(children) <= (os.cpu_count() or 1) + 2  # one for each thread, and one more after each death
    assert all(child.poll() is not None for child in children)


def test_a_cancelled_import_leaves_no_reader_behind(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number}.jpg").write_bytes(photo(str(number), (40, 40)))
    table = pd.DataFrame({"id": range(120), "title": "vase"})
    table.assign(image=table["id"].map("{}.jpg".format)).to_csv(tmp_path / "shop.csv", index=False)
    children = []
    popen = guarded.subprocess.Popen

    def start(*command, **how):
        children.append(popen(*command, **how))
        return children[-1]

    def cancel(progress):
        if progress.step == "Reading photos":
            raise Cancelled("enough")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarded.subprocess, "Popen", start)
        with pytest.raises(Cancelled):
            read_catalog(tmp_path / "shop.csv", folder, None, tmp_path / "shop", cancel)
    assert children
    assert all(child.poll() is not None for child in children)
