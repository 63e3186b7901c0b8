import json
import os
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matcher import atomic_file
from matcher.atomic_file import atomic
from matcher.errors import DataError, StorageError
from matcher.ingest.catalog import Catalog
from matcher.ingest.issues import Problem
from matcher.storage import files
from matcher.storage.files import load_arrays, remove_arrays, save_arrays
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import open_workspace
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import Neighbours


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "shelf")


def catalog(titles=("red cup", "blue cup", ""), labels=("1", "1", ""), photos=("", "", "")):
    columns = {"item_id": [f"i{row}" for row in range(len(titles))], "title": titles, "image": photos}
    columns |= {"photo": photos, "phash": [""] * len(titles), "label": labels, "price": ["1"] * len(titles)}
    return Catalog(pd.DataFrame(columns, dtype="str"), None)


def test_a_catalog_comes_back_as_it_was(workspace):
    problem = Problem(4, "", "id", "The id is empty.", "Give it one.", rejected=True)
    info = workspace.save_catalog("My Shop", "shop.csv", catalog(), [problem])
    assert (info.id, info.listings, info.photos, info.labels, info.problems) == ("my-shop", 3, 0, 2, 1)
    pd.testing.assert_frame_equal(workspace.load_catalog("my-shop").listings, catalog().listings)
    assert workspace.load_problems("my-shop")["found"].tolist() == ["The id is empty."]
    assert [one.name for one in workspace.catalogs()] == ["My Shop"]


def test_the_version_follows_every_cell_and_the_content_only_what_encoders_see(workspace):
    first = workspace.save_catalog("Shop", "a.csv", catalog(), [])
    again = workspace.save_catalog("Shop", "b.csv", catalog(), [])
    assert (again.version, again.content) == (first.version, first.content)
    labelled = workspace.save_catalog("Shop", "a.csv", catalog(labels=("1", "2", "")), [])
    assert (labelled.version == first.version, labelled.content == first.content) == (False, True)
    retitled = workspace.save_catalog("Shop", "a.csv", catalog(titles=("red cups", "blue cup", "")), [])
    assert retitled.content != first.content


def test_photos_that_no_listing_names_any_more_are_removed(workspace):
    for folder in (workspace.images("shop"), workspace.thumbnails("shop")):
        folder.mkdir(parents=True)
        for name in ("old.jpg", "new.jpg"):
            (folder / name).write_bytes(b"photo")
    workspace.save_catalog("Shop", "a.csv", catalog(photos=("new.jpg", "", "")), [])
    assert [file.name for file in workspace.images("shop").iterdir()] == ["new.jpg"]
    assert [file.name for file in workspace.thumbnails("shop").iterdir()] == ["new.jpg"]


def test_a_missing_catalog_is_told_with_those_there_are(workspace):
    workspace.save_catalog("Shop", "a.csv", catalog(), [])
    with pytest.raises(DataError, match="known: Shop"):
        workspace.load_catalog("shelf")


@pytest.mark.parametrize("sparse", [False, True])
def test_embeddings_come_back_memory_mapped(workspace, sparse):
    vectors = np.eye(3, 5, dtype=np.float32)
    given = Embeddings(csr_matrix(vectors) if sparse else vectors, np.array([True, True, False]))
    keys = np.arange(48, dtype=np.uint8).reshape(3, 16)
    workspace.save_embeddings("shop", "tfidf-1-2", given, keys)
    back = workspace.load_embeddings("shop", "tfidf-1-2")
    held = back.vectors.data if sparse else back.vectors
    assert is_mapped(held)
    np.testing.assert_array_equal(back.vectors.toarray() if sparse else back.vectors, vectors)
    np.testing.assert_array_equal(back.present, given.present)
    np.testing.assert_array_equal(workspace.load_keys("shop", "tfidf-1-2"), keys)
    assert workspace.embedding_names("shop", "tfidf-1") == ["tfidf-1-2"]
    assert workspace.embedding_names("shop", "bert") == []


def is_mapped(array):
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array is not None


def test_sparse_vectors_without_a_single_word_come_back(workspace):
    nothing = Embeddings(csr_matrix((2, 4), dtype=np.float32), np.zeros(2, np.bool_))
    workspace.save_embeddings("shop", "tfidf", nothing, np.zeros((2, 16), np.uint8))
    assert workspace.load_embeddings("shop", "tfidf").vectors.shape == (2, 4)


def some_pairs():
    left, right = np.array([0, 0], np.int32), np.array([1, 2], np.int32)
    distance = {"text": np.array([0.1, np.inf], np.float32), "image": np.array([0.3, 0.2], np.float32)}
    return CandidatePairs(3, left, right, np.array([1, 2], np.uint16), distance)


def test_pairs_and_neighbours_come_back(workspace):
    workspace.save_pairs("shop", "a+b", some_pairs(), {"k": 50})
    back = workspace.load_pairs("shop", "a+b")
    assert back.conflicts is None
    bits = np.arange(len(some_pairs()), dtype=np.uint8)
    workspace.save_pairs("shop", "told", replace(some_pairs(), conflicts=bits), {})
    assert workspace.load_pairs("shop", "told").conflicts.tolist() == bits.tolist()
    assert back.n == 3
    for name in ("left", "right", "rank"):
        np.testing.assert_array_equal(getattr(back, name), getattr(some_pairs(), name))
        assert getattr(back, name).dtype == getattr(some_pairs(), name).dtype
    np.testing.assert_array_equal(back.distance["text"], some_pairs().distance["text"])
    assert list(back.distance) == ["text", "image"]
    found = Neighbours(np.array([[1], [0]], np.int32), np.zeros((2, 1), np.float32), "hnsw", 0.97)
    workspace.save_neighbours("shop", "a+b-text", found)
    assert workspace.load_neighbours("shop", "a+b-text").recall == 0.97
    with pytest.raises(DataError, match="encode the catalog again"):
        workspace.load_pairs("shop", "c")


def test_only_the_latest_pairs_are_kept(workspace):
    for number in range(4):
        workspace.save_neighbours("shop", f"pairs{number}-text", Neighbours(*[np.zeros((1, 1))] * 2, "exact"))
        workspace.save_pairs("shop", f"pairs{number}", some_pairs(), {})
        os.utime(workspace.folder("shop") / "pairs" / f"pairs{number}.parquet", (number, number))
    workspace.keep_latest_pairs("shop", 2)
    left = {file.name.split(".")[0].split("-")[0] for file in workspace.folder("shop").glob("*/pairs*")}
    assert left == {"pairs2", "pairs3"}
    workspace.keep_latest_pairs("shop", 1, always="pairs2")
    assert workspace.has_pairs("shop", "pairs2")
    assert workspace.has_pairs("shop", "pairs3")


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path):
    file = tmp_path / "kept.json"
    with atomic(file) as opened:
        opened.write(b"old")
    with pytest.raises(TypeError), atomic(file) as opened:
        opened.writelines([b"new", None])
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_is_told_plainly(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(DataError, match=r"No space left on device.*Make room"), atomic(tmp_path / "file") as opened:
        opened.write(b"much")
    assert list(tmp_path.iterdir()) == []


def test_arrays_are_there_only_when_all_are(tmp_path, monkeypatch):
    real = np.save

    def stop_at_the_second(file, array, allow_pickle):
        if array.size == 2:
            raise KeyboardInterrupt
        real(file, array, allow_pickle=allow_pickle)

    arrays = {"one": np.zeros(1), "two": np.zeros(2)}
    monkeypatch.setattr(files.np, "save", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        save_arrays(tmp_path / "set", arrays, {})
    with pytest.raises(DataError, match="encode the catalog again"):
        load_arrays(tmp_path / "set")
    monkeypatch.undo()
    save_arrays(tmp_path / "set", arrays, {"k": 1})
    opened, config = load_arrays(tmp_path / "set")
    remove_arrays(tmp_path / "set")
    assert list(tmp_path.iterdir()) == []
    assert opened["two"].tolist() == [0, 0]  # still open
    assert config["k"] == 1


def test_an_array_of_objects_is_never_unpickled(tmp_path):
    np.save(tmp_path / "set.bad.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "set.json").write_text(json.dumps({"parts": ["bad"]}))
    with pytest.raises(StorageError, match="damaged") as caught:
        load_arrays(tmp_path / "set")
    assert re.search(r"pickle|object", str(caught.value.__cause__))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("My Shop", "my-shop"), ("my shop", "my-shop"), ("Écran 2024!", "ecran-2024"), ("../../etc/passwd", "etc-passwd")],
)
def test_names_become_readable_ids(name, expected):
    assert catalog_id_of(name) == expected


@given(st.text(min_size=1).filter(str.strip))
def test_an_id_is_a_safe_folder_name(name):
    catalog_id = catalog_id_of(name)
    assert 1 <= len(catalog_id) <= 60
    assert set(catalog_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_names_that_lose_letters_stay_apart():
    assert len({catalog_id_of(name) for name in ("鞋", "帽", "鞋 1", "帽 1", "!!!", "???", "a" * 70, "a" * 71)}) == 8
    with pytest.raises(DataError, match="no name"):
        catalog_id_of("  ")


def test_the_folder_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "elsewhere"))
    assert open_workspace().root == tmp_path / "elsewhere"
    monkeypatch.delenv("MATCHER_WORKSPACE")
    monkeypatch.chdir(tmp_path)
    assert open_workspace().root == tmp_path / "workspace"
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="Choose another folder"):
        open_workspace(tmp_path / "file")
