import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from matcher.encoders.model_card import WEIGHTS
from matcher.errors import EncoderError
from matcher.pipeline import catalogs, matches, recipes, training_rows
from matcher.pipeline.catalogs import ImportConfig
from matcher.pipeline.encoding import EncodeConfig
from matcher.storage.workspace import open_workspace
from matcher.training.provenance import TRAINING_KEYS, find_training_rows, hash_listings, read_training_keys

IDS = ["a", "b", "c", "d", "e"]
TITLES = ["red", "red lamp", "blue", "", "green"]
CODES = np.array([0, 0, 1, -1, -1], np.int32)


def run_trained_on(folder, ids, titles):
    folder.mkdir(parents=True)
    save_file({TRAINING_KEYS: hash_listings(ids, titles), "projection": np.ones(3, np.float32)}, folder / WEIGHTS)
    return folder


def test_a_listing_keeps_its_key_wherever_it_stands():
    keys = hash_listings(IDS, TITLES)
    assert len(set(keys.tolist())) == 5
    assert np.array_equal(hash_listings(IDS[::-1], TITLES[::-1]), keys[::-1])
    assert hash_listings(["a"], ["b"]) != hash_listings(["a\0b"], [""])
    assert len(hash_listings([], [])) == 0


def test_runs_of_every_version_name_what_they_were_trained_on_alike(tmp_path):
    save_file({"learned": np.array([5, 7], np.int64), "projection": np.ones(3, np.float32)}, tmp_path / WEIGHTS)
    assert read_training_keys(tmp_path).tolist() == [5, 7]
    assert hash_listings(["a"], ["red"]).tolist() == [1453655062193763475]


def test_all_listings_of_a_product_trained_on_count(tmp_path):
    runs = [
        run_trained_on(tmp_path / "one", ["b"], ["red lamp"]),
        run_trained_on(tmp_path / "two", ["e"], ["green"]),
    ]
    assert find_training_rows(runs, IDS, TITLES, CODES).tolist() == [True, True, False, False, True]
    assert find_training_rows(runs[:1], IDS, TITLES, CODES).tolist() == [True, True, False, False, False]
    assert not find_training_rows([], IDS, TITLES, CODES).any()
    # Another listing under the same id, as in another catalog, was not learned.
    assert not find_training_rows(runs, IDS, ["cup"] * 5, CODES).any()


def test_a_run_that_does_not_say_has_learned_nothing_and_a_damaged_one_is_told(tmp_path):
    save_file({"projection": np.ones(3, np.float32)}, tmp_path / WEIGHTS)
    assert len(read_training_keys(tmp_path)) == 0
    for strange in (np.ones(3, np.float32), np.ones((2, 2), np.int64)):
        save_file({TRAINING_KEYS: strange}, tmp_path / WEIGHTS)
        with pytest.raises(EncoderError, match="expected a list of int64"):
            read_training_keys(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(EncoderError, match="damaged"):
        read_training_keys(tmp_path)


@pytest.fixture
def workspace(tmp_path):
    """Sixty products with two listings each; every second product's titles are alike, those of the others differ."""
    rows = []
    for product in range(60):
        for copy in range(2):
            own = f"maker{product} thing{product} kind{product} size{product}"
            noise = "" if product % 2 else f" shop{product}{copy} gift{product}{copy} deal{product}{copy}"
            rows.append((f"i{product}{'xy'[copy]}", own + noise, f"p{product}"))
    pd.DataFrame(rows, columns=["id", "title", "label"]).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    return workspace


def pretend(workspace, monkeypatch, learned_products):
    """Call a plain encoder a run that has learned some products: what it learned decides, not how it encodes."""
    listings = workspace.load_catalog("shop").listings
    own = listings[listings["label"].isin([f"p{product}" for product in learned_products])]
    run_trained_on(workspace.encoders / "tfidf", own["item_id"].tolist(), own["title"].tolist())
    monkeypatch.setattr(training_rows, "is_run", lambda folder: (folder / WEIGHTS).is_file())


def test_thresholds_are_chosen_on_products_kept_out_of_the_training(workspace, monkeypatch):
    config = EncodeConfig("shop", "tfidf", None)
    assert training_rows.kept_out(workspace, config) is None
    everything = recipes.tune(workspace, config)
    pretend(workspace, monkeypatch, range(0, 60, 2))
    asked = training_rows.kept_out(workspace, config)
    assert asked.sum() == 60
    on_others = recipes.tune(workspace, config)
    assert on_others.text_threshold < everything.text_threshold  # the titles of the products left are alike
    assert matches.evaluate(workspace, "shop", on_others).learned == 60


def test_too_few_products_left_are_no_ground_for_a_threshold(workspace, monkeypatch):
    pretend(workspace, monkeypatch, range(45))
    assert training_rows.kept_out(workspace, EncodeConfig("shop", "tfidf", None)) is None
    assert training_rows.read_training_rows(workspace, EncodeConfig("shop", "tfidf", None)).sum() == 90
