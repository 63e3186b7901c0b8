"""Exported encoders from anywhere: what is let in, and what of a card can be shown."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors.numpy import save

from matcher.cli.main import cli
from matcher.encoders.model_card import COUNTS, FIGURES, read_card
from matcher.errors import EncoderError, TrainingError
from matcher.training.runs import (
    check_name,
    export_run,
    import_run,
    list_damaged,
    lock_run,
    pack_run,
    read_history,
    runs,
)

WEIGHTS = save({"projection": np.zeros((2, 2), np.float32)})
CARD = {
    "id": "mine", "modality": "text", "encoder": "bert", "config": {}, "catalog": "Shop", "width": 32,
    "data": dict.fromkeys(COUNTS, 5), "split": {"measured_by": "labels"}, "figures": dict.fromkeys(FIGURES, 0.5),
}  # fmt: skip


def packed(file, about=CARD, **members):
    """A zip as `export_run` writes it; members by their name without folder and end."""
    parts = {"weights": ("weights.safetensors", WEIGHTS), "model": ("backbone/model.safetensors", WEIGHTS)}
    parts |= {"card": ("config.json", json.dumps(about)), "config": ("backbone/config.json", "{}")}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, (name, content) in parts.items():
            if members.get(part, content) is not None:
                archive.writestr(name, members.get(part, content))
        for name, content in members.items():
            if name not in parts:
                archive.writestr(name, content)
    return file


@pytest.mark.parametrize(
    "spoil",
    [
        {"figures": {}}, {"figures": {"f1": "high"}}, {"modality": "sound"}, {"data": []}, {"split": None},
        {"catalog": "x" * 9_999}, {"colour": 1}, {"data": CARD["data"] | {"pool": 10**400}},
        {"figures": CARD["figures"] | {"f1": float("nan")}}, {"figures": CARD["figures"] | {"f1": 1e308}},
        {"figures": CARD["figures"] | {"threshold": -5}}, {"width": 0}, {"width": "x"}, {"width": 7.5},
        {"max_tokens": -3}, {"max_tokens": 10**30}, {"letters": True}, {"letter_share": "x"}, {"letter_share": 5},
        {"letter_share": float("nan")},
    ],
)  # fmt: skip
def test_a_card_that_is_of_no_use_is_not_let_in(tmp_path, spoil):
    encoders = tmp_path / "encoders"
    assert import_run(packed(tmp_path / "good.zip"), encoders).id == "mine"
    with pytest.raises(EncoderError, match=r"bad.zip is no exported encoder \(.+\). Export the run again"):
        import_run(packed(tmp_path / "bad.zip", CARD | spoil), encoders, "other")
    (encoders / "mine" / "config.json").write_text(json.dumps(CARD | spoil))
    assert (runs(encoders), list_damaged(encoders)) == ([], ["mine"])
    assert read_history(encoders / "mine").empty
    (encoders / "mine" / "history.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(EncoderError, match="no history"):
        read_history(encoders / "mine")
    assert [folder.name for folder in encoders.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"weights": b"junk"}, "no exported encoder"),
        ({"model": None}, "no network for text"),
        ({"config": '{"architecture": "tf_efficientnet_lite0"}'}, "no network for text"),
        ({"config": "{oops"}, "no exported encoder"),
        ({"history.parquet": b"nothing of the kind"}, "history of the training is damaged"),
        ({"card": json.dumps(CARD | {"letters": 64, "letter_share": 0.5})}, "hold no letters"),
        ({"card": "[" * 100_000}, "no exported encoder"),
    ],
)
def test_a_run_that_is_not_what_its_card_says_is_not_let_in(tmp_path, members, said):
    with pytest.raises(EncoderError, match=said):
        import_run(packed(tmp_path / "bad.zip", **members), tmp_path / "encoders")
    assert list((tmp_path / "encoders").iterdir()) == []


@pytest.mark.parametrize(("name", "size"), [("backbone/a.json", 65 << 20), ("backbone/a.safetensors", 120 << 20)])
def test_a_file_that_swells_is_not_unpacked(tmp_path, name, size):
    file = packed(tmp_path / "bomb.zip", **{name: bytes(size)})
    assert file.stat().st_size < 1 << 20
    with pytest.raises(EncoderError, match=r"bomb.zip unpacks to [\d,]+ MB"):
        import_run(file, tmp_path / "encoders")
    assert list((tmp_path / "encoders").iterdir()) == []


def test_what_no_terminal_can_show_is_replaced(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path))
    name = "half \ud800, red \x1b[31m, whole \N{GRINNING FACE}"
    import_run(packed(tmp_path / "mine.zip", CARD | {"catalog": name, "config": {name: [name]}}), tmp_path / "encoders")
    card = read_card(tmp_path / "encoders" / "mine")
    assert card.catalog == "half \ufffd, red \ufffd[31m, whole \N{GRINNING FACE}"
    assert card.config == {card.catalog: [card.catalog]}
    assert cli(["encoders"]) == 0
    assert card.catalog.encode() in capsys.readouterr().out.encode()


def test_two_may_come_in_from_files_of_one_name(tmp_path):
    encoders = tmp_path / "encoders"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        import_run(packed(tmp_path / name / "run.zip"), encoders, name)
    export_run(encoders, "one", tmp_path / "again.zip")
    assert import_run(tmp_path / "again.zip", encoders, "three").id == "three"
    assert sorted(card.id for card in runs(encoders)) == ["one", "three", "two"]
    with pytest.raises(EncoderError, match="There is no file"):
        import_run(tmp_path / "nothing.zip", encoders)


@pytest.mark.parametrize("name", ["none", "tfidf", "mine.lock", "x" * 9_000])
def test_a_name_that_means_something_else_is_refused(tmp_path, name):
    with pytest.raises(TrainingError, match="cannot be named") as caught:
        check_name(name, tmp_path)
    assert len(str(caught.value)) < 400


def test_work_that_left_nothing_leaves_no_folder(tmp_path):
    for left in (False, True):
        with lock_run(tmp_path, "mine") as work:
            work.mkdir()
            if left:
                (work / "checkpoint").touch()
        assert work.exists() is left


def test_two_exports_at_once_do_not_take_each_others_file(tmp_path):
    encoders = tmp_path / "encoders"
    import_run(packed(tmp_path / "one.zip"), encoders)
    export_run(encoders, "mine", tmp_path / "again.zip")
    whole = sorted(zipfile.ZipFile(tmp_path / "again.zip").namelist())
    with ThreadPoolExecutor(8) as pool:
        for content in pool.map(lambda _: pack_run(encoders, "mine"), range(40)):
            assert sorted(zipfile.ZipFile(io.BytesIO(content)).namelist()) == whole
    assert [file.name for file in encoders.iterdir()] == ["mine"]
