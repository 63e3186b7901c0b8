"""Bounds against what can be counted, and that they hold for whoever looks all the time."""

from fractions import Fraction
from itertools import product
from math import comb, exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from matcher.errors import DataError
from matcher.review.proof.bound import bound_precision, bound_recall, log_ratio
from matcher.review.proof.counts import Counts
from matcher.review.proof.estimate import estimate_scores
from matcher.review.proof.plan import allocate, next_stratum

ERROR = 0.2  # so that a handful of verdicts rule something out


@st.composite
def small_counts(draw, strata=3):
    rows = []
    for _ in range(draw(st.integers(1, strata))):
        size = draw(st.integers(1, 7))
        drawn = draw(st.integers(0, size))
        rows.append((size, drawn, draw(st.integers(0, drawn)), draw(st.booleans())))
    size, drawn, same, accepted = zip(*rows, strict=True)
    return Counts(*(np.array(values, float) for values in (size, drawn, same)), np.array(accepted))


def possible(counts, which):
    """Every vector of same pairs in these strata that the verdicts do not speak against."""
    part = counts.chosen(which)
    ranges = [
        range(int(x), int(size - (n - x)) + 1)
        for size, n, x in zip(part.size, part.drawn, part.same, strict=True)
    ]  # fmt: skip
    every = [np.array(right, float) for right in product(*ranges)]
    return [right for right in every if log_ratio(part, right).sum() <= log(1 / ERROR) + 1e-9]


@given(small_counts())
def test_precision_is_never_bounded_tighter_than_the_verdicts_allow(counts):
    found = bound_precision(counts, ERROR)
    accepted = counts.is_accepted
    if not accepted.any():
        assert (found.low, found.high) == (0, 1)
        return
    shares = [right.sum() / counts.size[accepted].sum() for right in possible(counts, accepted)]
    one = 1 / counts.size[accepted].sum()
    assert found.low <= min(shares) + 1e-9
    assert found.high >= max(shares) - 1e-9
    assert found.low >= min(shares) - 2 * one  # nor much wider: less than a pair or two are lost to the dual
    assert found.high <= max(shares) + 2 * one


@given(small_counts())
def test_recall_is_never_bounded_tighter_than_the_verdicts_allow(counts):
    found = bound_recall(counts, ERROR)
    every = possible(counts, np.ones(len(counts.size), bool))
    shares = [right[counts.is_accepted].sum() / right.sum() for right in every if right.sum()]
    if shares:
        assert found.low <= min(shares) + 1e-9
        assert found.high >= max(shares) - 1e-9


def test_the_ratio_is_of_two_chances():
    """3 of 4 drawn from 9 are the same; the prior of a stratum that does not match is (0.3, 20)."""
    counts = Counts(*(np.array([float(value)]) for value in (9, 4, 3)), np.array([False]))

    def rising(start, times):
        value = Fraction(1)
        for step in range(times):
            value *= Fraction(start) + step
        return value

    spread = rising(Fraction(3, 10), 3) * rising(Fraction(20), 1) / rising(Fraction(203, 10), 4)
    for right in range(3, 9):
        supposed = Fraction(comb(9 - 4, right - 3), comb(9, right))  # of one order of the verdicts
        assert exp(log_ratio(counts, np.array([float(right)]))[0]) == pytest.approx(float(spread / supposed))


def test_a_stratum_judged_to_its_end_is_exact():
    counts = Counts(*(np.array(values, float) for values in ([4, 6], [4, 6], [3, 3])), np.array([True, False]))
    found = bound_precision(counts)
    assert (found.low, found.high) == (pytest.approx(0.75), pytest.approx(0.75))
    recall = bound_recall(counts)
    assert recall.low <= 0.5 <= recall.high <= recall.low + 0.01


def test_pairs_known_beside_the_sample_count_as_themselves():
    sample = [np.array([value], float) for value in (10, 10, 8)]
    counts = Counts(*sample, np.array([True]), sure_same=np.array([5.0]), sure_different=np.array([1.0]))
    assert bound_precision(counts).low == pytest.approx(13 / 16)
    assert estimate_scores(counts).precision.value == pytest.approx(13 / 16)


def test_verdicts_without_an_error_prove_a_precision_soon():
    """At most as many as for a bound that is looked at once, 59 and 149, and half as many again."""
    for target, most in ((0.95, 88), (0.98, 224)):
        counts = Counts(*(np.array([value], float) for value in (20_000, most + 4, most + 4)), np.array([True]))
        assert bound_precision(counts).low >= target


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="same <= drawn"):
        Counts(*(np.array([float(value)]) for value in (5, 2, 3)), np.array([True]))


def test_intervals_hold_for_whoever_looks_all_the_time():
    """200 catalogs, watched at every verdict; a bound can only miss where the truth itself seems too unlikely."""
    size = np.array([100.0, 300, 300, 400, 4000, 60_000])
    accepted = np.array([True, True, True, False, False, False])
    missed, late = np.zeros(2), np.zeros(2)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        right = rng.binomial(size.astype(int), rng.beta([50, 40, 9, 2, 1, 1], [1, 2, 3, 6, 60, 3000])).astype(float)
        truth = right[accepted].sum() / size[accepted].sum(), right[accepted].sum() / right.sum()
        drawn, same, out = np.zeros(6), np.zeros(6), np.zeros(2, bool)
        for step in range(240):
            counts = Counts(size, drawn.copy(), same.copy(), accepted)
            if step % 8 == 0:
                shares = allocate(counts, "f1")
            against = log_ratio(counts, right)
            out |= np.array([against[accepted].sum(), against.sum()]) > log(1 / 0.05)
            stratum = next_stratum(counts, shares)
            same[stratum] += rng.random() < (right[stratum] - same[stratum]) / (size[stratum] - drawn[stratum])
            drawn[stratum] += 1
        last = estimate_scores(Counts(size, drawn, same, accepted), draws=300)
        late += not holds(last.precision, truth[0]), not holds(last.recall, truth[1])
        missed += out
        if seed % 40 == 0 and not out.any():
            assert holds(bound_precision(counts), truth[0])
            assert holds(bound_recall(counts), truth[1])
    assert (missed <= 14).all(), missed  # 7 in 100
    assert (late <= 14).all(), late


def test_recall_is_as_narrow_as_with_three_times_as_many_drawn_anywhere():
    """Same pairs grow fewer from stratum to stratum; what is known of the near ones narrows what the far ones hold."""
    size = np.array([100.0, 500, 700, 400, 2000, 4000, 8000, 16_000, 32_000, 80_000])
    right = np.array([100.0, 490, 560, 120, 130, 30, 12, 4, 2, 6])
    accepted = np.arange(10) < 3
    found, true = right[accepted].sum(), right.sum()
    widths, held = [], 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        drawn, same = np.zeros(10), np.zeros(10)
        for step in range(300):
            if step % 10 == 0:
                shares = allocate(Counts(size, drawn, same, accepted), "recall")
            stratum = next_stratum(Counts(size, drawn, same, accepted), shares)
            same[stratum] += rng.random() < (right[stratum] - same[stratum]) / (size[stratum] - drawn[stratum])
            drawn[stratum] += 1
        recall = estimate_scores(Counts(size, drawn, same, accepted), draws=500, seed=seed).recall
        held += holds(recall, found / true)
        widths.append(recall.high - recall.low)
    rng = np.random.default_rng(0)
    seen = rng.hypergeometric(int(true), int(size.sum() - true), 900, 500)  # of 900 pairs drawn anywhere
    among = rng.hypergeometric(int(found), int(true - found), seen)
    low, high = (beta.ppf(tail, among + 0.5, seen - among + 0.5) for tail in (0.025, 0.975))
    assert np.mean(widths) < 0.95 * np.mean(high - low)
    assert held >= 19


def holds(interval, value):
    return interval.low - 1e-9 <= value <= interval.high + 1e-9
