"""How much the search reaches, from listings resolved completely: against slow counting, and its intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.review.audit.estimate import draw_reach, estimate_whole_recall
from matcher.review.audit.sample import Audits, draw_listings, leading_audits, read_audits
from matcher.review.proof.counts import Counts
from matcher.review.proof.estimate import estimate_scores
from matcher.vectors.candidate_pairs import CandidatePairs


def candidates(n, ends):
    left, right = np.array(sorted({tuple(sorted(end)) for end in ends}), dtype=np.int32).reshape(-1, 2).T
    return CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {})


ends = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(ends, unique=True, max_size=12), st.lists(ends, unique=True, max_size=12), st.sets(st.integers(0, 8)))
def test_what_the_search_found_is_what_sets_say(found, same, resolved):
    product = {row: {row} for row in range(9)}
    for one, other in same:
        together = product[one] | product[other]
        for row in together:
            product[row] = together
    audits = read_audits(candidates(9, found), same, resolved)
    slow = {}
    for row in resolved:
        others = product[row] - {row}
        total = slow.setdefault(min(product[row]), [0, 0])
        total[0] += len(others)
        total[1] += sum(tuple(sorted((row, other))) in set(found) for other in others)
    assert audits.listings == len(resolved)
    assert sorted(zip(audits.same.tolist(), audits.found.tolist(), strict=True)) == sorted(map(tuple, slow.values()))


def test_only_the_start_of_the_order_is_a_sample():
    order = draw_listings([f"i{number}" for number in range(50)])
    assert sorted(order.tolist()) == list(range(50))
    assert order.tolist() != list(range(50))
    first = order.tolist()
    assert leading_audits(order, first[:3] + first[5:9]) == first[:3]
    assert leading_audits(order, first) == first
    assert leading_audits(order, []) == []


def made_products(rng, *, missed, by_product):
    """Sizes of products, and for each listing how many of the others the search found."""
    sizes = rng.choice([1, 2, 3, 5, 8], 600, p=[0.3, 0.35, 0.2, 0.1, 0.05])
    rows = []
    for size in sizes:
        share = missed * rng.choice([0.25, 2.5], p=[2 / 3, 1 / 3]) if by_product else missed
        hit = np.triu(rng.random((size, size)) >= share, 1)
        hit = hit | hit.T
        rows += [(size - 1, int(hit[row].sum()), len(rows)) for row in range(size)]
    product = np.repeat(np.arange(len(sizes)), sizes)
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), product


def resolve(rng, same, found, product, count):
    drawn = rng.choice(len(same), count, replace=False)
    _, unit = np.unique(product[drawn], return_inverse=True)
    return Audits(count, np.bincount(unit, same[drawn]).astype(int), np.bincount(unit, found[drawn]).astype(int))


@pytest.mark.parametrize(
    ("missed", "by_product", "count"), [(0.03, False, 40), (0.1, True, 40), (0.3, True, 25), (0.0, False, 20)]
)
def test_intervals_hold_what_the_search_reaches(missed, by_product, count):
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(120):
        same, found, product = made_products(rng, missed=missed, by_product=by_product)
        drawn = draw_reach(resolve(rng, same, found, product, count), draws=600, seed=int(rng.integers(2**31)))
        low, high = np.quantile(drawn, [0.025, 0.975])
        held += low <= found.sum() / same.sum() <= max(high, 1.0 if missed == 0 else high)
    assert held >= 0.93 * 120 - 3  # 120 runs of a share of .93 vary by 3


def test_without_a_miss_the_search_may_still_miss_some():
    few, many = (np.quantile(draw_reach(Audits(n, np.ones(n, int), np.ones(n, int))), 0.025) for n in (10, 100))
    assert 0.75 < few < 0.9 < many < 1


def test_recall_of_all_is_both_parts_together():
    counts = Counts(
        *(np.array(values, dtype=float) for values in ([100, 900], [60, 60], [57, 6])), np.array([True, False])
    )
    half = Audits(40, np.full(20, 2), np.tile([2, 0], 10))
    whole = estimate_whole_recall(counts, half)
    inside = estimate_scores(counts).recall
    assert whole is not None
    assert whole.reached.value == 0.5
    assert whole.recall.value == pytest.approx(0.5 * inside.value)
    assert whole.recall.low < whole.recall.value < whole.recall.high
    assert (whole.recall.high - whole.recall.low) / whole.recall.value > (inside.high - inside.low) / inside.value
    assert estimate_whole_recall(counts, Audits(40, np.array([2, 2, 0]), np.array([2, 2, 0]))) is None
