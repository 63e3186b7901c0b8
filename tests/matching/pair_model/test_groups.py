"""Where groups end: on a peak, not between two."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.matching.clusters import group_f1
from matcher.matching.linkage import average_linkage
from matcher.matching.pair_model.groups import BOUNDS, CUTS, choose_cut
from matcher.matching.pair_model.known import content_keys
from matcher.matching.pair_model.model import Linear, PairModel
from matcher.vectors.candidate_pairs import CandidatePairs

MODEL = PairModel(
    "logistic", ("a.b",), (Linear(0.0, *np.ones((3, 1))),), np.array([0.0]), np.array([0.5]), 0.4, 0.05, 10
)


def twos(*kinds):
    """Twos of listings that look alike: how many of a kind, how likely the two are one product, whether they are."""
    probability = np.concatenate([np.full(count, likely) for count, likely, _ in kinds])
    is_same = np.concatenate([np.full(count, same) for count, _, same in kinds])
    left = 2 * np.arange(len(probability), dtype=np.int32)
    pairs = CandidatePairs(2 * len(left), left, left + np.int32(1), np.ones(len(left), np.uint16), {})
    codes = np.stack([2 * left, 2 * left + np.where(is_same, 0, 1)], axis=1).reshape(-1)
    return pairs, probability, np.unique(codes, return_inverse=True)[1].astype(np.int32)


def chosen(pairs, probability, codes):
    return choose_cut(MODEL, pairs, probability, codes, content_keys(pairs.n))


def f1_at(cut, pairs, probability, codes):
    return group_f1(average_linkage(pairs.n, pairs.left, pairs.right, probability, cut), codes)


@pytest.mark.parametrize("more", [-4, 0, 4])
def test_of_two_good_ranges_one_is_taken_and_nothing_between(more):
    """Some products are whole at low cuts alone, and others are kept apart at high cuts alone."""
    made = twos((60 + more, 0.18, True), (60, 0.42, False))
    f1 = {cut: f1_at(cut, *made) for cut in CUTS}
    assert f1[0.3] < min(f1[0.15], f1[0.5]) - 0.1
    assert f1_at(chosen(*made).cut, *made) == pytest.approx(max(f1.values()))


def test_of_a_flat_range_the_middle_is_the_cut_and_the_least_the_bound():
    made = twos((40, 0.9, True), (40, 0.12, False))
    model = chosen(*made)
    assert 0.15 < model.cut < CUTS[-1]
    assert f1_at(model.cut, *made) == 1
    assert model.bound == pytest.approx(BOUNDS[0])  # leaves out no more than it has to


def test_the_order_of_the_rows_plays_no_part():
    pairs, probability, codes = twos((30, 0.3, True), (9, 0.4, False), (30, 0.6, True), (9, 0.5, False))
    key = content_keys(pairs.n, [f"goods {row}" for row in range(pairs.n)])
    expected = choose_cut(MODEL, pairs, probability, codes, key)
    order = np.random.default_rng(0).permutation(pairs.n)
    place = np.argsort(order)
    ends = np.sort(np.stack([place[pairs.left], place[pairs.right]]), axis=0).astype(np.int32)
    by_rows = np.lexsort((ends[1], ends[0]))
    moved = replace(pairs, left=ends[0][by_rows], right=ends[1][by_rows])
    found = choose_cut(MODEL, moved, probability[by_rows], codes[order], key[order])
    assert (found.cut, found.bound) == (expected.cut, expected.bound)
