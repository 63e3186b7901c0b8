import numpy as np
import pandas as pd
import pytest

from matcher.encoders.model_card import read_card
from matcher.errors import EncoderError
from matcher.pipeline import catalogs, encoding
from matcher.pipeline.check_encoder import CheckConfig, check_encoder, opened_encoders
from matcher.pipeline.kept.says_nothing import mark_phrase, unmark
from matcher.pipeline.model_diff import (
    ModelDiffConfig,
    compare_neighbours,
    load_changes,
    load_model_diff,
    prepare_model_diff,
)
from matcher.pipeline.train_encoder import listings_of, train_catalog, training_job
from matcher.storage.workspace import open_workspace
from matcher.training.provenance import hash_listings, read_training_keys
from matcher.training.runs import delete_run

WORDS = "red blue green lamp chair table shirt phone router watch cream oil steel wood paper glass".split()


@pytest.fixture(scope="module")
def shop(tmp_path_factory, thin_model):
    """A workspace with sixty listings of thirty products, a phrase in each that says nothing, and a run "mine"."""
    folder = tmp_path_factory.mktemp("shop")
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(WORDS)[:4]) + f" {number}" for number in range(30)]
    titles = [f"{name} {extra}" for name in names for extra in ("promo today", "original stock today")] + [""]
    labels = [str(row // 2) for row in range(60)] + [""]
    pd.DataFrame({"id": range(61), "title": titles, "label": labels, "note": "x"}).to_csv(folder / "s.csv", index=False)
    workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "s.csv"), "Shop"))
    mark_phrase(workspace, "shop", "today")
    changed = {"epochs": 2, "batch": 16, "tune_share": 0.3}
    train_catalog(workspace, training_job(workspace, "shop", f"bert:{thin_model}", run_id="mine", **changed))
    return workspace


def test_what_came_and_what_went():
    codes = np.array([0, 0, 0, 1, 1, -1], dtype=np.int32)
    before, after = np.array([[3, 1], [4, 5], [3, -1]]), np.array([[1, 2], [5, 4], [-1, -1]])
    found = compare_neighbours([0, 5, 4], before, after, codes)
    assert [change.row for change in found] == [0, 4, 5]  # those that changed most come first
    first, second, last = found
    assert (first.came.tolist(), first.went.tolist(), first.stayed.tolist()) == ([2], [3], [1])
    assert first.gained == 1
    assert (second.came.tolist(), second.went.tolist(), second.gained) == ([], [3], -1)
    assert (last.came.tolist(), last.went.tolist(), last.gained) == ([], [], 0)


def test_the_same_queries_before_and_after(shop):
    card = read_card(shop.encoders / "mine")
    made = prepare_model_diff(shop, ModelDiffConfig("shop", "mine"))
    assert load_model_diff(shop, "shop", card) == made
    names = {"content", "created", "before", "after", "queries", "kept_out"}  # workspaces of every version have these
    assert shop.store.setting("shop", "before-after.mine").keys() == names
    assert made.kept_out
    assert len(made.queries) == card.data["listings"] - card.data["learned_from"]
    assert 60 not in made.queries  # it has no title
    found = load_changes(shop, "shop", made, shop.load_catalog("shop").codes)
    assert sorted(change.row for change in found) == made.queries
    for change in found:
        rows = [*change.came, *change.went, *change.stayed]
        assert change.row not in rows
        assert len(rows) == len(set(rows))
        assert len(change.came) == len(change.went)
    assert encoding.load_encoded(shop, "shop") is None  # what the pages show is not touched


def test_another_catalog_or_run_makes_it_unknown(shop):
    card = read_card(shop.encoders / "mine")
    prepare_model_diff(shop, ModelDiffConfig("shop", "mine"))
    listings = listings_of(shop, "shop")
    pd.DataFrame({"id": listings.item_ids[:40], "title": listings.shown[:40]}).to_csv(shop.root / "t.csv", index=False)
    catalogs.import_catalog(shop, catalogs.ImportConfig(str(shop.root / "t.csv"), "Other"))
    assert load_model_diff(shop, "other", card) is None
    elsewhere = prepare_model_diff(shop, ModelDiffConfig("other", "mine"))  # the same listings, without labels
    learned = set(read_training_keys(shop.encoders / "mine").tolist())
    keys = hash_listings(listings.item_ids[:40], listings.shown[:40]).tolist()
    assert elsewhere.kept_out
    assert elsewhere.queries == [row for row, key in enumerate(keys) if key not in learned]
    assert 0 < len(elsewhere.queries) < 40
    with pytest.raises(EncoderError, match="no trained encoder"):
        prepare_model_diff(shop, ModelDiffConfig("shop", "nothing"))


def test_what_is_marked_plays_no_part_and_other_marks_make_it_unknown(shop):
    card = read_card(shop.encoders / "mine")
    made = prepare_model_diff(shop, ModelDiffConfig("shop", "mine"))
    unmark(shop, "shop", "today")
    assert load_model_diff(shop, "shop", card) is None
    other = prepare_model_diff(shop, ModelDiffConfig("shop", "mine"))
    assert {other.before, other.after}.isdisjoint({made.before, made.after})  # of other titles
    assert other.queries == made.queries  # what was learned from is known by the titles that are shown
    assert load_model_diff(shop, "shop", card) == other


def test_an_encoder_is_tried_before_it_is_offered(shop, thin_model):
    spec = f"bert:{thin_model}"
    result = check_encoder(shop, CheckConfig("shop", spec))
    assert (result.modality, result.width) == ("text", 32)
    assert opened_encoders(shop) == {spec: "text"}
    assert check_encoder(shop, CheckConfig("shop", "tfidf-char")).modality == "text"
    assert check_encoder(shop, CheckConfig("shop", "phash")).modality == "image"
    with pytest.raises(EncoderError, match="no folder"):
        check_encoder(shop, CheckConfig("shop", "bert:/no/such/folder"))
    assert opened_encoders(shop) == {spec: "text"}
    delete_run(shop.encoders, "mine")
