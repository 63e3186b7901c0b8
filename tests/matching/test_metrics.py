"""Figures against sets and loops."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.metrics import (
    DIFFERENT,
    SAME,
    UNKNOWN,
    Scores,
    kind_of,
    known_truth,
    listing_scores,
    matches_per_listing,
    pair_scores,
    per_listing_scores,
    precision_recall_curve,
    truth_of,
)
from matcher.vectors.candidate_pairs import CandidatePairs

# Few distinct values on purpose: ties are where threshold code goes wrong.
labelled_pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 1.5, np.inf]), st.booleans()), min_size=1).filter(
    lambda pairs: any(same for _, same in pairs)
)


def columns(pairs):
    distance, is_same = zip(*pairs, strict=True)
    return np.array(distance, np.float32), np.array(is_same)


@given(labelled_pairs, st.integers(0, 3))
def test_every_point_is_what_its_threshold_gives(pairs, not_retrieved):
    distance, is_same = columns(pairs)
    curve = precision_recall_curve(distance, is_same, not_retrieved=not_retrieved)
    assert curve.thresholds.tolist() == sorted(set(distance[np.isfinite(distance)].tolist()))
    for threshold, precision, recall in zip(curve.thresholds, curve.precision, curve.recall, strict=True):
        accepted = distance <= threshold
        assert precision == pytest.approx(is_same[accepted].mean())
        assert recall == pytest.approx(is_same[accepted].sum() / (is_same.sum() + not_retrieved))


@pytest.mark.parametrize(
    ("distance", "is_same", "message"),
    [
        ([], [], "expected"),
        ([0.1, 0.2], [True], "expected"),
        ([0.1, np.nan], [True, True], "not a number"),
        ([0.1, 0.2], [False, False], "label some pairs as same"),
    ],
)
def test_a_curve_that_means_nothing_is_refused(distance, is_same, message):
    with pytest.raises(DataError, match=message):
        precision_recall_curve(np.array(distance, np.float32), np.array(is_same, bool))


@st.composite
def decisions(draw):
    """A few listings, some without a label, all or some of their pairs, and a decision on each."""
    n = draw(st.integers(2, 9))
    codes = np.array(draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)), np.int32)
    assume((codes >= 0).any())
    possible = np.argwhere(np.triu(np.ones((n, n), bool), 1))
    chosen = np.array(draw(st.lists(st.booleans(), min_size=len(possible), max_size=len(possible))), bool)
    left, right = possible[chosen].astype(np.int32).reshape(-1, 2).T
    is_match = np.array(draw(st.lists(st.booleans(), min_size=len(left), max_size=len(left))), bool)
    pairs = CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {"text": np.zeros(len(left), np.float32)})
    return pairs, codes, is_match


def sets_of(pairs, codes, is_match):
    """Predicted and true set of each labelled listing, as the contest has them."""
    predicted = [{row} for row in range(pairs.n)]
    for left, right in zip(pairs.left[is_match], pairs.right[is_match], strict=True):
        if codes[left] >= 0 and codes[right] >= 0:
            predicted[left].add(int(right))
            predicted[right].add(int(left))
    true = [set(np.flatnonzero(codes == code).tolist()) for code in codes]
    return [(predicted[row], true[row]) for row in range(pairs.n) if codes[row] >= 0]


@given(decisions())
def test_listing_scores_are_those_of_sets(drawn):
    pairs, codes, is_match = drawn
    truth = truth_of(pairs, codes)
    sets = sets_of(*drawn)
    expected = [
        np.mean([len(p & t) / len(p) for p, t in sets]),
        np.mean([len(p & t) / len(t) for p, t in sets]),
        np.mean([2 * len(p & t) / (len(p) + len(t)) for p, t in sets]),
    ]
    scores = listing_scores(is_match, truth)
    assert [scores.precision, scores.recall, scores.f1] == pytest.approx(expected)
    assert len(per_listing_scores(is_match, truth)[2]) == truth.listings == len(sets)


@given(decisions())
def test_pair_scores_are_those_of_sets_of_pairs(drawn):
    pairs, codes, is_match = drawn
    truth = truth_of(pairs, codes)
    listed = {(a, b): m for a, b, m in zip(pairs.left.tolist(), pairs.right.tolist(), is_match, strict=True)}
    true = {(a, b) for a in range(pairs.n) for b in range(a + 1, pairs.n) if codes[a] == codes[b] >= 0}
    matched = {(a, b) for (a, b), match in listed.items() if match and codes[a] >= 0 and codes[b] >= 0}
    right = len(true & matched)
    scores = pair_scores(is_match, truth)
    assert scores.precision == pytest.approx(right / len(matched) if matched else 1)
    assert scores.recall == pytest.approx(right / len(true) if true else 1)
    assert scores.f1 == pytest.approx(2 * right / (len(matched) + len(true)) if matched or true else 1)
    assert truth.candidate_recall == pytest.approx(len(true & listed.keys()) / len(true) if true else 1)
    assert scores.recall <= truth.candidate_recall


@given(decisions())
def test_matches_are_counted_for_both_listings(drawn):
    pairs, _, is_match = drawn
    ends = np.concatenate([pairs.left[is_match], pairs.right[is_match]])
    assert matches_per_listing(is_match, pairs).tolist() == [int((ends == row).sum()) for row in range(pairs.n)]


def test_the_f1_of_listings_is_the_mean_of_theirs():
    """Two listings of one product and a third of another, which matches the first: by hand."""
    pairs = CandidatePairs(3, *np.array([[0, 0], [1, 2]], np.int32), np.ones(2, np.uint16), {})
    truth = truth_of(pairs, np.array([5, 5, 6], np.int32))
    assert listing_scores(np.array([True, True]), truth) == Scores(
        pytest.approx((2 / 3 + 1 + 1 / 2) / 3), pytest.approx(1), pytest.approx((4 / 5 + 1 + 2 / 3) / 3)
    )


def test_labels_that_do_not_fit_are_refused():
    pairs = CandidatePairs(3, *np.array([[0], [1]], np.int32), np.ones(1, np.uint16), {})
    with pytest.raises(DataError, match="2 labels came with 3 listings"):
        truth_of(pairs, np.array([0, 0], np.int32))
    with pytest.raises(DataError, match="No listing has a label"):
        truth_of(pairs, np.full(3, -1, np.int32))


def test_it_is_unknown_what_a_pair_is_where_a_label_is_missing() -> None:
    codes = np.array([5, 5, 2, -1, -1, 0], np.int32)
    kind = kind_of(np.array([0, 0, 2, 3]), np.array([1, 2, 3, 4]), codes)
    assert kind.tolist() == [SAME, DIFFERENT, UNKNOWN, UNKNOWN]


@st.composite
def judged(draw):
    """Decisions as above, with labels or without, and verdicts on some pairs of listings, found or not."""
    pairs, codes, is_match = draw(decisions())
    codes = draw(st.sampled_from([codes, np.full_like(codes, -1)]))
    possible = [(a, b) for a in range(pairs.n) for b in range(a + 1, pairs.n)]
    verdicts = draw(st.dictionaries(st.sampled_from(possible), st.booleans(), max_size=6))
    turned = draw(st.booleans())
    said = {True: [], False: []}
    for (a, b), same in verdicts.items():
        said[same].append((b, a) if turned else (a, b))
    return pairs, codes, is_match, verdicts, said


@given(judged())
def test_a_verdict_stands_over_the_labels_and_speaks_of_its_pair_alone(drawn):
    """Every figure against a dictionary of what is known of each pair of the catalog."""
    pairs, codes, is_match, verdicts, said = drawn
    known = {(a, b): bool(codes[a] == codes[b]) for a in range(pairs.n) for b in range(a + 1, pairs.n)
             if codes[a] >= 0 and codes[b] >= 0} | verdicts  # fmt: skip
    truth = known_truth(pairs, codes, said[True], said[False])
    listed = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    expected = [{True: SAME, False: DIFFERENT, None: UNKNOWN}[known.get(pair)] for pair in listed]
    assert truth.kind(np.arange(len(pairs))).tolist() == expected
    assert truth.is_known.tolist() == [kind != UNKNOWN for kind in expected]
    assert truth.true_pairs == sum(known.values())
    assert truth.judged == len(verdicts)
    assert truth.listings == (codes >= 0).sum()
    matched = [pair for pair, match in zip(listed, is_match.tolist(), strict=True) if match and pair in known]
    right = sum(known[pair] for pair in matched)
    scores = pair_scores(is_match, truth)
    assert scores.precision == pytest.approx(right / len(matched) if matched else 1)
    assert scores.recall == pytest.approx(right / truth.true_pairs if truth.true_pairs else 1)
    if truth.listings:
        f1 = [
            2 * (1 + sum(known[pair] for pair in matched if row in pair))
            / (2 + sum(row in pair for pair in matched) + sum(same for pair, same in known.items() if row in pair))
            for row in np.flatnonzero(codes >= 0).tolist()
        ]  # fmt: skip
        assert per_listing_scores(is_match, truth)[2].tolist() == pytest.approx(f1)


def test_without_labels_verdicts_alone_are_known_and_no_listing_can_be_scored():
    pairs = CandidatePairs(3, *np.array([[0, 0], [1, 2]], np.int32), np.ones(2, np.uint16), {})
    unlabelled = np.full(3, -1, np.int32)
    truth = known_truth(pairs, unlabelled, [(1, 0)], [(0, 2)])
    assert (truth.true_pairs, truth.listings, truth.kind(np.arange(2)).tolist()) == (1, 0, [SAME, DIFFERENT])
    with pytest.raises(DataError, match="No listing has a label"):
        truth_of(pairs, unlabelled, [(1, 0)])
