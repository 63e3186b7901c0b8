"""Figures of groups are what looking at each listing and each group gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.groups.figures import group_figures
from matcher.matching.groups.pairs import score_groups, truth_within

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=1, max_size=14).filter(
    lambda rows: any(code >= 0 for _, code in rows)
)


@given(rows)
def test_they_are_what_the_slow_way_gives(rows):
    group, codes = np.array(rows, dtype=np.int32).T
    found = group_figures(group, truth_within(group, codes))
    precision, recall, exact = [], [], []
    for mine, code in rows:
        if code < 0:
            continue
        near = [other for theirs, other in rows if theirs == mine and other >= 0]
        product = [theirs for theirs, other in rows if other == code]
        right = near.count(code)
        precision.append(right / len(near))
        recall.append(right / len(product))
    for mine in range(4):
        near = [other for theirs, other in rows if theirs == mine and other >= 0]
        if len(near) > 1:
            exact.append(len(set(near)) == 1 and len(near) == sum(other == near[0] for _, other in rows))
    p, r = np.mean(precision), np.mean(recall)
    assert (found.bcubed.precision, found.bcubed.recall) == pytest.approx((p, r))
    assert found.bcubed.f1 == pytest.approx(2 * p * r / (p + r))
    assert found.measured == len(exact)
    assert found.exact == pytest.approx(np.mean(exact) if exact else 1.0)
    assert found.largest == max(np.bincount(group))
    listing = score_groups(truth_within(group, codes))[0]
    assert (found.bcubed.precision, found.bcubed.recall) == pytest.approx((listing.precision, listing.recall))


def test_verdicts_stand_above_labels():
    group, codes = np.array([0, 0, 1]), np.array([4, 5, 5], np.int32)
    by_labels = group_figures(group, truth_within(group, codes))
    assert (by_labels.exact, by_labels.measured) == (0.0, 1)
    judged = group_figures(group, truth_within(group, codes, [(0, 1)], [(1, 2)]))
    assert (judged.exact, judged.bcubed.f1) == (1.0, 1.0)
