"""Figures of a comparison against loops over listings and pairs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.benchmark.measure import common_split, find_one_sided, measure, select_query_pairs
from matcher.errors import DataError
from matcher.matching.recipe import Recipe
from matcher.training.data.split import TEST, TRAIN, TUNE
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.neighbours import nearest

catalogs = st.integers(0, 10_000)


def catalog(seed):
    """Vectors of both sides, labels of which some are unknown, and whole products that are queries."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(6), rng.integers(-1, 6, 18)]).astype(np.int32)
    rng.shuffle(codes)
    centres = rng.normal(size=(2, 7, 6))
    vectors = [unit_rows((centre[codes] + 0.8 * rng.normal(size=(24, 6))).astype(np.float32)) for centre in centres]
    vectors[1][rng.integers(24)] = 0  # a listing without a photo
    is_query = np.isin(codes, [0, 2, 3])
    embeddings = {side: embeddings_of(rows) for side, rows in zip(("text", "image"), vectors, strict=True)}
    neighbours = {side: nearest(rows, k=30) for side, rows in embeddings.items()}
    return embeddings, select_query_pairs(embeddings, neighbours, is_query), codes, is_query


RECIPE = Recipe("tfidf", "efficientnet", "either", text_threshold=0.3, image_threshold=0.25)


def apart(embeddings, side, one, other):
    rows = embeddings[side]
    both = rows.present[one] and rows.present[other]
    return 1 - float(rows.vectors[one] @ rows.vectors[other]) if both else np.inf


@given(catalogs)
@settings(deadline=None, max_examples=30)
def test_figures_are_those_of_a_loop_over_listings(seed):
    embeddings, pairs, codes, is_query = catalog(seed)
    measured = measure(pairs, codes, RECIPE, is_query)
    known, scores = np.flatnonzero(codes >= 0), []
    for row in np.flatnonzero(is_query):
        matches = {row} | {
            other
            for other in known
            if other != row
            and (apart(embeddings, "text", row, other) <= 0.3 or apart(embeddings, "image", row, other) <= 0.25)
        }
        same = set(np.flatnonzero(codes == codes[row]))
        right = len(matches & same)
        scores.append((right / len(matches), right / len(same), 2 * right / (len(matches) + len(same))))
    figures = (measured.precision.value, measured.recall.value, measured.f1.value)
    assert figures == pytest.approx(tuple(np.mean(scores, axis=0)))
    assert (measured.pool, measured.listings, measured.products) == (24, is_query.sum(), len(set(codes[is_query])))
    assert measured.f1.low <= measured.f1.value <= measured.f1.high


@given(catalogs)
@settings(deadline=None, max_examples=30)
def test_what_only_one_side_finds_is_what_a_loop_over_pairs_finds(seed):
    embeddings, pairs, codes, is_query = catalog(seed)
    found = find_one_sided(pairs, codes, RECIPE, is_query)
    expected = {"photo": set(), "title": set(), "both": set(), "neither": set()}
    for one, other in combinations(np.flatnonzero(is_query), 2):
        if codes[one] == codes[other]:
            near = apart(embeddings, "text", one, other) <= 0.3, apart(embeddings, "image", one, other) <= 0.25
            kind = {(True, True): "both", (True, False): "title", (False, True): "photo", (False, False): "neither"}
            expected[kind[near]].add((one, other))
    for side, which in (("photo", found.photo), ("title", found.title)):
        assert {(pairs.left[at], pairs.right[at]) for at in which} == expected[side]
    assert (found.both, found.neither) == (len(expected["both"]), len(expected["neither"]))


def test_examples_take_products_in_turn_and_the_farthest_first():
    _, pairs, codes, is_query = catalog(1)
    loose = Recipe("tfidf", "efficientnet", "either", text_threshold=0.0, image_threshold=2.0)
    which = find_one_sided(pairs, codes, loose, is_query).photo
    product, far = codes[pairs.left[which]], pairs.distance["text"][which]
    turns = [list(product[:at]).count(product[at]) for at in range(len(product))]
    assert turns == sorted(turns)
    assert max(turns) > 0
    for turn in set(turns):
        of_turn = far[np.array(turns) == turn]
        assert list(of_turn) == sorted(of_turn, reverse=True)


def test_both_sides_of_a_product_stand_together_and_too_few_products_are_refused():
    labels = [str(row // 2) for row in range(200)]
    ids = [str(row) for row in range(200)]
    titles = [f"title {row // 4}" for row in range(200)]  # joins two products
    sides = common_split(ids, labels, [""] * 200, titles, (0.6, 0.2, 0.2))
    assert set(sides) == {TRAIN, TUNE, TEST}
    assert (sides.reshape(-1, 4) == sides.reshape(-1, 4)[:, :1]).all()
    with pytest.raises(DataError, match="0 products with two listings to train on"):
        common_split(ids, ids, [""] * 200, [""] * 200, (0.6, 0.2, 0.2))
    with pytest.raises(DataError, match="to choose thresholds on"):
        common_split(ids, labels, [""] * 200, [""] * 200, (1.0, 0.0, 0.0))
