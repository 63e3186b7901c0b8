"""A catalog in memory: the same figures as by way of a workspace, and plain words where a recipe does not fit."""

import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher import DataError, EncoderError, Recipe, encode, evaluate, load_encoder, match, read_catalog, tune
from matcher.pipeline import matches, recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, encode_catalog
from matcher.storage.workspace import Workspace

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A table of every fifth product of the demo; its photos stand in DEMO."""
    table = pd.read_csv(DEMO / "listings.csv", dtype=str, keep_default_na=False)
    few = table[table["label"].isin(sorted(table["label"].unique())[::5])]
    file = tmp_path_factory.mktemp("shop") / "shop.csv"
    few.to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def catalog(source):
    return read_catalog(source, DEMO / "images")[0]


@pytest.fixture(scope="module")
def encoded(catalog):
    return encode(catalog, "tfidf-char", "phash", k=20)


def test_it_gives_what_a_workspace_gives(source, encoded, tmp_path):
    workspace = Workspace(tmp_path)
    info = import_catalog(workspace, ImportConfig(str(source), "Shop", str(DEMO / "images")))
    config = EncodeConfig(info.catalog_id, "tfidf-char", "phash", k=20)
    pairs = encode_catalog(workspace, config).pairs
    assert np.array_equal(encoded.pairs.left, pairs.left)
    assert np.array_equal(encoded.pairs.right, pairs.right)
    assert encoded.pairs.distance.keys() == pairs.distance.keys()
    for modality, distance in pairs.distance.items():
        assert np.array_equal(encoded.pairs.distance[modality], distance), modality
    recipe = recipes.tune(workspace, config)
    assert tune(encoded) == recipe
    assert evaluate(encoded, recipe) == matches.evaluate(workspace, info.catalog_id, recipe)
    pd.testing.assert_frame_equal(match(encoded, recipe), matches.match(workspace, info.catalog_id, recipe))


def test_each_distinct_content_is_encoded_once_and_stands_in_every_row(catalog):
    class Counting:
        id, modality, fitted, version = "counting", "text", False, "1"
        asked: tuple[str, ...] = ()

        def encode(self, inputs, report=None):
            self.asked += tuple(inputs)
            return np.eye(len(inputs), dtype=np.float32)

    encoder = Counting()
    titles = catalog.listings["title"]
    vectors = encode(catalog, encoder, k=2).embeddings["text"]
    assert sorted(encoder.asked) == sorted(set(titles) - {""})
    assert list(vectors.present) == list(titles != "")
    for title, row in zip(titles, vectors.vectors, strict=True):
        assert not title or encoder.asked[int(row.argmax())] == title


def test_what_suits_the_catalog_is_taken_where_nothing_is_named(tmp_path):
    (tmp_path / "titles.csv").write_text("id,title\n1,red lamp\n2,red lamp shade\n3,green chair\n")
    catalog, problems = read_catalog(tmp_path / "titles.csv")
    encoded = encode(catalog)
    assert problems == []
    assert (encoded.config.text, encoded.config.image) == ("tfidf-char", None)
    assert list(match(encoded)["item_id"]) == ["1", "2", "3"]
    with pytest.raises(DataError, match="No listing has a label"):
        evaluate(encoded)
    with pytest.raises(DataError, match="No listing has a photo that efficientnet can use"):
        encode(catalog, image="efficientnet")


def test_an_encoder_may_be_given_by_name_or_opened(catalog, encoded):
    assert encode(catalog, load_encoder("tfidf-char"), k=20).config.text == "tfidf-char"
    with pytest.raises(DataError, match="phash is for image"):
        encode(catalog, text="phash")
    with pytest.raises(EncoderError, match="no encoder"):
        encode(catalog, text="nothing-of-this-name")


def test_a_recipe_for_other_distances_is_refused(encoded):
    recipe = tune(encoded, "either")
    for wrong, message in (
        (replace(recipe, text_encoder="bert"), "encode the catalog as it says"),
        (replace(recipe, metric="euclidean"), "encode the catalog as it says"),
        (replace(recipe, k=21), "21 neighbours and 20 were searched"),
        (Recipe("tfidf-char", "phash", "fused", k=20, fused_threshold=0.2, text_weight=0.9), "text_weight of 0.9"),
    ):
        with pytest.raises(DataError, match=message):
            match(encoded, wrong)
        with pytest.raises(DataError, match=message):
            evaluate(encoded, wrong)


def test_a_lenient_objective_and_one_fusion_are_obeyed(encoded):
    assert tune(encoded, "both").fusion == "both"
    assert tune(encoded, "fused").text_weight == encoded.config.text_weight
    precise = tune(encoded, objective="precision@0.95")
    assert evaluate(encoded, precise).pair.precision >= 0.95


def test_working_copies_of_photos_go_with_their_catalog(source):
    catalog, _ = read_catalog(source, DEMO / "images")
    folder = catalog.photos
    assert any(folder.iterdir())
    del catalog
    gc.collect()
    assert not folder.exists()


def test_a_file_that_cannot_be_read_leaves_no_folder_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(DataError):
        read_catalog(tmp_path / "missing.csv")
    assert list(tmp_path.iterdir()) == []
