"""A workspace as version 0.1.0 wrote it: everything in it is still there, and work goes on in it."""

import json
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher import jobs
from matcher.errors import DataError
from matcher.matching.metrics import listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.pipeline import catalogs, encoding, matches, recipes
from matcher.pipeline.groups.group_tables import lay_out_groups
from matcher.storage.pair_files import read_config
from matcher.storage.workspace import open_workspace

OLD = Path(__file__).with_name("workspace_0_1_0.zip")
TITLES = ["steel kettle 1.7 l", "canvas shoe white", "oak wall clock", "garden hose 20 m"]
SELLERS = ["{}", "NEW {} free delivery", "{} original"]
IDS = [f"p{product}-{seller}" for product in (1, 2, 3, 4) for seller in (0, 1, 2)]
MATCHES = [
    "p1-0 p1-1 p1-2", "p1-1 p1-0 p1-2", "p1-2 p1-0 p1-1", "p2-0 p2-1 p2-2", "p2-1 p2-0 p2-2", "p2-2 p2-0 p2-1",
    "p3-0 p3-1 p3-2", "p3-1 p3-2 p3-0", "p3-2 p3-1 p3-0", "p4-0", "p4-1", "p4-2",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    with zipfile.ZipFile(OLD) as archive:
        archive.extractall(tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def old(folder):
    return open_workspace(folder)


def test_catalogs_and_listings_are_there(old):
    (info,) = old.catalogs()
    assert (info.name, info.source) == ("Corner Shop", "shop.csv")
    assert (info.listings, info.photos, info.labels, info.problems) == (12, 11, 10, 2)
    listings = old.load_catalog("corner-shop").listings
    assert listings["item_id"].tolist() == IDS
    assert listings["title"].tolist() == [seller.format(title) for title in TITLES for seller in SELLERS]
    assert listings["price"].tolist()[:4] == ["10.50"] * 3 + ["11.50"]
    assert all((old.images(info.id) / photo).exists() for photo in listings["photo"] if photo)
    assert old.load_problems(info.id)["found"].tolist() == [
        "missing.jpg: No such file among the photos.",
        "The id is empty.",
    ]


def test_decisions_are_there(old):
    verdicts = {(one.left_id, one.right_id): (one.kind, one.sampled) for one in old.store.verdicts("corner-shop")}
    assert verdicts == {
        ("p1-0", "p1-1"): ("match", "chosen"),
        ("p1-0", "p2-0"): ("different", "doubtful"),
        ("p3-0", "p3-2"): ("unsure", "random"),
        ("p4-0", "p4-1"): ("different", "chosen"),
    }
    assert len(old.store.verdict_history("corner-shop")) == 6
    (skip,) = old.store.skips("corner-shop")  # a setting until 0.1.0
    assert (skip.left_id, skip.right_id, skip.session, skip.curator) == ("p2-0", "p3-0", "", "")
    assert old.store.setting("corner-shop", "skipped") is None
    assert Recipe.from_json(old.store.presets("corner-shop")["careful"]).text_threshold == 0.3
    recipe = recipes.current_recipe(old, "corner-shop")
    assert (recipe.text_threshold, recipe.image_threshold) == (0.035987403243780136, 0.21875)


def test_a_variant_can_be_said_beside_the_verdicts_of_then(old):
    before = {(one.left_id, one.right_id): one.kind for one in old.store.verdicts("corner-shop")}
    old.store.add_verdict("corner-shop", "p2-0", "p2-2", "variant", source="review")
    after = {(one.left_id, one.right_id): one.kind for one in old.store.verdicts("corner-shop")}
    assert after == before | {("p2-0", "p2-2"): "variant"}
    recipe = recipes.current_recipe(old, "corner-shop")
    handed_out = matches.hand_out(old, "corner-shop", recipe)
    laid_out = lay_out_groups(old, "corner-shop", handed_out.catalog, handed_out.group, handed_out.numbered)
    groups = laid_out.listings.set_index("item_id")
    assert groups.loc["p2-0", "group"] != groups.loc["p2-2", "group"]
    assert groups.loc["p2-0", "family"] == groups.loc["p2-2", "family"]
    assert "p2-2" not in handed_out.lists.set_index("item_id").loc["p2-0", "matches"].split()


def test_jobs_are_there(old):
    job = jobs.latest(old, "import", "corner-shop")
    assert (job.state, job.result["listings"], job.config["name"]) == ("done", 12, "Corner Shop")
    assert jobs.latest(old, "encode").state == "done"
    assert jobs.active(old) == []


def test_pairs_and_matches_are_as_before(old, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(encoding, "nearest", None)  # what the pages show is there, and nothing is computed anew
        encoded = encoding.load_encoded(old, "corner-shop")
    assert (encoded.config.text, encoded.config.image, encoded.config.k) == ("tfidf", "phash", 5)
    recipe = recipes.current_recipe(old, "corner-shop")
    truth = truth_of(encoded.pairs, old.load_catalog("corner-shop").codes)  # 0.1.0 measured on labels alone
    scores = listing_scores(decide(encoded.pairs, recipe), truth)
    assert (scores.precision, scores.recall, scores.f1) == (1.0, 0.9, 0.9333333333333332)
    # A match from the terminal encodes what a newer version of an encoder reads differently, and finds the same.
    found = matches.match(old, "corner-shop", recipe)
    assert (found["item_id"].tolist(), found["matches"].tolist()) == (IDS, MATCHES)


def test_pairs_of_then_tell_what_their_titles_contradict_each_other_in(old):
    encoded = encoding.load_encoded(old, "corner-shop")
    assert old.load_pairs("corner-shop", encoded.key).conflicts is None
    assert encoded.pairs.conflicts.shape == (len(encoded.pairs),)
    assert decide(encoded.pairs, recipes.usual_recipe(old, encoded.config)).any()
    fewer = replace(encoded.pairs, conflicts=np.zeros(len(encoded.pairs), np.uint8))  # as a later version kept them
    old.save_pairs("corner-shop", encoded.key, fewer, read_config(old.folder("corner-shop") / "pairs", encoded.key))
    again = encoding.load_encoded(old, "corner-shop").pairs.conflicts
    assert again.dtype == encoded.pairs.conflicts.dtype
    assert (again == encoded.pairs.conflicts).all()


def test_work_goes_on(old, tmp_path):
    before = old.catalog_info("corner-shop")
    listings = old.load_catalog("corner-shop").listings
    listings.loc[len(listings)] = {**dict.fromkeys(listings, ""), "item_id": "new", "title": "oak wall clock large"}
    table = tmp_path / "new.csv"
    listings[["item_id", "title", "label", "price"]].to_csv(table, index=False)
    config = catalogs.ImportConfig(str(table), "Corner Shop", None)
    catalogs.import_catalog(old, config)
    assert (old.folder("corner-shop") / "listings.parquet").exists()  # who has the old version open ends on it
    assert old.load_catalog("corner-shop", before.version).listings["item_id"].tolist() == IDS
    assert encoding.load_encoded(old, "corner-shop") is None
    encoding.encode(old, encoding.EncodeConfig("corner-shop", "tfidf", None, k=5))
    found = matches.match(old, "corner-shop", Recipe("tfidf", None, text_threshold=0.5, k=5)).set_index("item_id")
    assert "new" in found.loc["p3-0", "matches"].split()
    assert "p1-1" in found.loc["p1-0", "matches"].split()  # by a verdict of before
    old.store.add_verdict("corner-shop", "new", "p3-0", "match", source="browse")
    catalogs.import_catalog(old, config)
    assert [file.name for file in old.folder("corner-shop").glob("listings*")] == [
        f"listings-{old.catalog_info('corner-shop').version}.parquet"
    ]
    assert len(old.store.verdicts("corner-shop")) == 5


def test_listings_that_a_killed_import_left_are_not_shown_with_the_figures_of_before(folder):
    file = folder / "catalogs" / "corner-shop" / "listings.parquet"
    pd.read_parquet(file).iloc[::-1].reset_index(drop=True).to_parquet(file, index=False)
    with pytest.raises(DataError, match=r"being replaced when the program was stopped.*Import its file again"):
        open_workspace(folder).load_catalog("corner-shop")


def test_the_database_moves_on_once(folder):
    open_workspace(folder).store.close()
    open_workspace(folder).store.close()
    with sqlite3.connect(folder / "matcher.db") as connection:
        versions = [number for (number,) in connection.execute("SELECT version FROM migrations ORDER BY version")]
        kept = json.loads(connection.execute("SELECT value FROM settings WHERE key = 'encoded'").fetchone()[0])
    connection.close()
    assert versions == [*range(1, versions[-1] + 1)]
    assert set(kept) == {"config", "embeddings", "key", "content"}
