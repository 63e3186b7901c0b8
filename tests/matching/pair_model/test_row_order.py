"""Learning goes by what listings show: the same table in another order of rows gives the same model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.known import content_keys, known_pairs, product_folds
from matcher.matching.pair_model.learn import learn_pair_model
from matcher.matching.pair_model.sample import NEAR, SHARE_OF_FAR, sample_known, suppose
from matcher.vectors.candidate_pairs import CandidatePairs

LISTINGS = 150


def table(seed=0):
    """Titles, labels, and the features and ranks of some pairs of listings, by title."""
    rng = np.random.default_rng(seed)
    titles = [f"goods {row}" for row in range(LISTINGS)]
    codes = rng.integers(0, LISTINGS // 3, LISTINGS)
    left, right = np.triu_indices(LISTINGS, 1)
    is_same = codes[left] == codes[right]
    kept = is_same | (rng.random(len(left)) < 0.15)
    left, right, is_same = left[kept], right[kept], is_same[kept]
    near = np.where(is_same, rng.normal(0.4, 0.15, len(left)), rng.normal(0.9, 0.25, len(left)))
    values = np.column_stack([near, rng.normal(size=(len(left), 3))]).astype(np.float32)
    rank = rng.integers(1, 2 * NEAR, len(left)).astype(np.uint16)
    return titles, codes, left, right, rank, values


def learn(order, by_labels, made):
    """The probability of each pair of titles, learned with the rows in an order."""
    titles, codes, left, right, rank, values = made
    place = np.argsort(order)
    ends = np.sort(np.stack([place[left], place[right]]), axis=0)
    by_rows = np.lexsort((ends[1], ends[0]))
    ends, rank, values = ends[:, by_rows].astype(np.int32), rank[by_rows], values[by_rows]
    shown = [titles[row] for row in order]
    names = ("distance.text", "words.jaccard", "letters.sorted_words", "conflict.model")
    pairs, features = CandidatePairs(LISTINGS, *ends, rank, {"text": values[:, 0]}), PairFeatures(names, values)
    label = np.unique(codes[order], return_inverse=True)[1].astype(np.int32)
    key = content_keys(LISTINGS, shown)
    if by_labels:
        known = known_pairs(pairs, label, product_folds(label, shown), key=key)
        model = learn_pair_model(features, known, label)
    else:
        doubtful = np.abs(values[:, 0] - 0.6) < 0.12
        rows = list(zip(*ends[:, doubtful].tolist(), strict=True))
        nobody = np.full(LISTINGS, -1, np.int32)
        same = [pair for pair in rows if label[pair[0]] == label[pair[1]]]
        different = [pair for pair in rows if label[pair[0]] != label[pair[1]]]
        known = known_pairs(pairs, nobody, product_folds(nobody, shown), same, different, key)
        model = learn_pair_model(features, known, margin=values[:, 0] / 0.6 - 1)
    told = [tuple(sorted((shown[one], shown[other]))) for one, other in ends.T.tolist()]
    return dict(zip(told, model.probability(features).tolist(), strict=True)), model.cut, model.bound


@pytest.mark.parametrize("by_labels", [True, False])
def test_the_order_of_the_rows_plays_no_part(by_labels):
    made = table()
    expected = learn(np.arange(LISTINGS), by_labels, made)
    assert len(set(expected[0].values())) > 10
    for seed in range(2):
        assert learn(np.random.default_rng(seed).permutation(LISTINGS), by_labels, made) == expected


def test_far_pairs_are_drawn_by_lot_and_count_for_those_left_out():
    titles, _, left, right, rank, _ = table()
    pairs = CandidatePairs(LISTINGS, left.astype(np.int32), right.astype(np.int32), rank, {})
    codes = np.arange(LISTINGS, dtype=np.int32)
    known = known_pairs(pairs, codes, product_folds(codes, titles), key=content_keys(LISTINGS, titles))
    sample = sample_known(known)
    far = rank[sample.rows] > NEAR
    assert 0.7 * SHARE_OF_FAR < far.sum() / (rank > NEAR).sum() < 1.3 * SHARE_OF_FAR
    assert (~far).sum() == (rank <= NEAR).sum()
    assert sample.weight[far].min() > 5 * sample.weight[~far].max()
    supposed = suppose(sample, known, np.full(len(pairs), -1.0, np.float32))
    assert len(supposed.rows) == len(sample.rows)  # everything is known already


@given(st.lists(st.text(max_size=3), min_size=1, max_size=20), st.randoms())
@settings(max_examples=40)
def test_keys_and_folds_follow_what_is_shown(titles, random):
    order = list(range(len(titles)))
    random.shuffle(order)
    shuffled = [titles[row] for row in order]
    assert content_keys(len(titles), titles)[order].tolist() == content_keys(len(titles), shuffled).tolist()
    named = [title for title in dict.fromkeys(titles) if title]  # nothing shown is like nothing, and tells no two apart
    nobody = np.full(len(named), -1, np.int32)
    fold = dict(zip(named, product_folds(nobody, named).tolist(), strict=True))
    random.shuffle(named)
    assert dict(zip(named, product_folds(nobody, named).tolist(), strict=True)) == fold
