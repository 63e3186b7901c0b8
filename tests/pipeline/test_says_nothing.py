"""What is marked as saying nothing plays no part from the next search on, and counts again when unmarked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.pipeline import catalogs, matches, query
from matcher.pipeline.encoding import EncodeConfig, load_encoded
from matcher.pipeline.kept.evidence import find_changed_marks, read_left_out
from matcher.pipeline.kept.says_nothing import (
    Marks,
    find_marked,
    find_phrased,
    leave_out,
    mark_photo,
    mark_phrase,
    read_marks,
    unmark,
)
from matcher.pipeline.train_encoder import listings_of
from matcher.storage.workspace import open_workspace

BANNER, OTHER = "ff00ff00ff00ff00", "0123456789abcdef"
UNLIKE = "aaaa5555aaaa5555"  # under many unlike titles: found without being marked


def catalog_of(*titles):
    frame = pd.DataFrame({"title": titles, "photo": "", "phash": ""}, dtype="str")
    return Catalog(frame.assign(item_id=[str(row) for row in range(len(titles))]), None)


def left(title, *phrases):
    return leave_out(catalog_of(title), Marks(phrases=phrases)).listings["title"][0]


@pytest.mark.parametrize(
    ("title", "phrases", "rest"),
    [
        ("FREE shipping! Blue mug 300 ml", ["free shipping"], "Blue mug 300 ml"),
        ("Blue mug  (free) shipping", ["Free Shipping"], "Blue mug"),
        ("mug free fast shipping", ["free shipping"], "mug free fast shipping"),
        ("free shipping", ["free shipping"], "free shipping"),  # all that is known of its listing
        ("official store mug official store", ["official", "official store"], "mug"),
        ("Carefree shipping mug", ["free shipping"], "Carefree shipping mug"),
        ("two  blanks stay", ["none"], "two  blanks stay"),
    ],
)
def test_a_phrase_is_left_out_wherever_its_words_stand_in_a_row(title, phrases, rest):
    assert left(title, *phrases) == rest


@given(st.lists(st.sampled_from("a b c".split()), max_size=8), st.lists(st.sampled_from("a b c".split()), min_size=1))
def test_what_is_left_has_the_other_words_in_their_order(words, phrase):
    expected, place = [], 0
    while place < len(words):
        if words[place : place + len(phrase)] == phrase:
            place += len(phrase)
        else:
            expected.append(words[place])
            place += 1
    assert left(" ".join(words), " ".join(phrase)).split() == (expected or words)
    assert find_phrased(catalog_of(" ".join(words)), " ".join(phrase))[0] == (expected != words)


def test_a_photo_is_known_by_its_name_and_by_its_hash_where_there_is_none():
    listings = catalog_of("a", "b", "c", "d").listings
    listings = listings.assign(photo=["p.jpg", "q.jpg", "", ""], phash=[BANNER, OTHER, BANNER, ""])
    found = leave_out(Catalog(listings, None), Marks(photos=("p.jpg", BANNER))).listings
    assert found["photo"].tolist() == ["", "q.jpg", "", ""]
    assert found["phash"].tolist() == ["", OTHER, "", ""]


@pytest.fixture
def workspace(tmp_path):
    goods = ["brass lamp", "garden hose", "wool socks", "oak clock", "yoga mat", "bike pump"]
    rows = [{"id": f"b{number}", "title": f"{goods[number]} top deal today", "phash": BANNER} for number in range(3)]
    rows += [{"id": f"u{number}", "title": goods[number], "phash": UNLIKE} for number in range(6)]
    rows += [{"id": f"o{number}", "title": f"{goods[5]} {number}", "phash": OTHER} for number in range(2)]
    pd.DataFrame(rows).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    return workspace


def search(workspace):
    """Pairs by id whose photos can be compared, and the encoding."""
    matches.find_matches(workspace, EncodeConfig("shop", "tfidf", "phash", k=10))
    encoded, ids = load_encoded(workspace, "shop"), workspace.load_catalog("shop").listings["item_id"]
    seen = np.flatnonzero(np.isfinite(encoded.pairs.distance["image"]))
    pairs = zip(ids.to_numpy()[encoded.pairs.left[seen]], ids.to_numpy()[encoded.pairs.right[seen]], strict=True)
    return {frozenset(pair) for pair in pairs}, encoded


def test_a_marked_photo_is_no_evidence_and_is_one_again_when_it_is_unmarked(workspace):
    first, before = search(workspace)
    assert frozenset(("b0", "b1")) in first
    assert not any(one[0] == "u" for pair in first for one in pair)
    assert read_left_out(workspace, "shop", before.key) == {UNLIKE: 6}
    mark_photo(workspace, "shop", BANNER)
    mark_photo(workspace, "shop", BANNER)
    assert read_marks(workspace, "shop") == Marks(photos=(BANNER,))
    assert find_marked(workspace.load_catalog("shop"), [BANNER]).sum() == 3
    assert find_changed_marks(workspace, "shop", before.key)
    second, after = search(workspace)
    assert second == {frozenset(("o0", "o1"))}
    assert not find_changed_marks(workspace, "shop", after.key)
    unmark(workspace, "shop", BANNER)
    assert find_changed_marks(workspace, "shop", after.key)
    third, again = search(workspace)
    assert (third, again.key) == (first, before.key)


def test_what_is_marked_while_a_search_runs_counts_from_the_next_one(workspace):
    def marking(progress):
        if progress.step == "Weighing words":
            mark_photo(workspace, "shop", BANNER)

    config = EncodeConfig("shop", "tfidf", "phash", k=10)
    matches.find_matches(workspace, config, marking)
    assert read_marks(workspace, "shop") == Marks(photos=(BANNER,))
    assert find_changed_marks(workspace, "shop", load_encoded(workspace, "shop").key)
    after = search(workspace)[1]
    assert not find_changed_marks(workspace, "shop", after.key)
    mark_phrase(workspace, "shop", "in no title")
    assert find_changed_marks(workspace, "shop", after.key)
    assert not find_changed_marks(workspace, "shop", search(workspace)[1].key)


def test_a_marked_phrase_is_not_compared(workspace):
    def apart():
        pairs = search(workspace)[1].pairs
        at = pairs.find(np.array([0]), np.array([1]))[0]
        return float(pairs.distance["text"][at]) if at >= 0 else 2.0

    assert apart() < 0.9
    mark_phrase(workspace, "shop", "  Top DEAL today ")
    mark_phrase(workspace, "shop", "top deal today!")
    assert read_marks(workspace, "shop").phrases == ("Top DEAL today",)
    assert apart() > 0.999
    assert workspace.load_catalog("shop").listings["title"][0] == "brass lamp top deal today"  # what is shown stays


def test_a_question_is_compared_with_what_is_left_of_titles(workspace):
    mark_phrase(workspace, "shop", "top deal today")
    search(workspace)
    mark_phrase(workspace, "shop", "hose")  # counts from the next search on
    shown = replace(load_encoded(workspace, "shop"), key="as the pages call it")
    found = query.query(workspace, "shop", title="garden hose", k=2, encoded=shown)["text"]
    assert workspace.load_catalog("shop").listings["title"][found.index[0]].tolist() == [
        "garden hose top deal today", "garden hose"]  # fmt: skip
    assert found.distance[0] == pytest.approx([0, 0], abs=1e-6)


def test_what_is_no_photo_and_no_phrase_is_refused(workspace):
    for phrase in ("", " ... ", "x" * 201):
        with pytest.raises(DataError, match="A phrase is"):
            mark_phrase(workspace, "shop", phrase)
    with pytest.raises(DataError, match="no photo"):
        mark_photo(workspace, "shop", "")
    catalog = workspace.load_catalog("shop")
    assert leave_out(catalog, replace(Marks())) is catalog


def test_what_two_tabs_mark_at_once_is_marked_both(workspace):
    tabs = [open_workspace(workspace.root) for _ in range(2)]

    def mark(tab):
        for number in range(12):
            mark_phrase(tabs[tab], "shop", f"deal {tab} {number}")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(mark, range(2)))
    assert set(read_marks(workspace, "shop").phrases) == {
        f"deal {tab} {number}" for tab in (0, 1) for number in range(12)
    }


def test_a_training_sees_what_is_left_of_titles_and_keeps_those_that_are_shown(workspace):
    mark_phrase(workspace, "shop", "top deal today")
    mark_photo(workspace, "shop", BANNER)
    listings, shown = listings_of(workspace, "shop"), workspace.load_catalog("shop").listings["title"].tolist()
    assert list(listings.shown) == shown
    assert list(listings.titles) == [title.removesuffix(" top deal today") for title in shown] != shown
    assert list(replace(listings, titles=["", *listings.titles[1:]]).having("text").shown) == shown[1:]
