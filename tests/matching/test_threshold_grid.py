"""The slider's counts are what the obvious count gives on every edge, and lie between the edges' elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.threshold_grid import pairs_within, threshold_grid

BINS = 8
EDGES = [i / BINS for i in range(BINS + 1)]
# On edges, between them, above the top and absent: all the places a distance can be in.
distance = st.sampled_from([0.0, 0.1, 0.125, 0.25, 0.5, 0.9, 1.0, 1.5, float("inf")])
pairs = st.lists(st.tuples(distance, distance, st.booleans(), st.booleans()), min_size=1, max_size=40)


def grid_of(rows):
    text, image, same, known = (np.array(column) for column in zip(*rows, strict=True))
    text, image = text.astype(np.float32), image.astype(np.float32)
    grid = threshold_grid(
        [text, image], [1.0, 1.0], same=(same & known).astype(float), known=known.astype(float), bins=BINS
    )
    return text, image, same & known, known, grid


@given(pairs, st.sampled_from(EDGES), st.sampled_from(EDGES), st.sampled_from(["either", "both"]))
def test_counts_on_an_edge_are_exact(rows, text_threshold, image_threshold, rule):
    text, image, same, known, grid = grid_of(rows)
    join = np.logical_or if rule == "either" else np.logical_and
    accepted = join(text <= text_threshold, image <= image_threshold)
    for counts, mask in ((grid.same, same), (grid.known, known), (grid.found, np.ones(len(text), bool))):
        counted = pairs_within(counts, grid.tops, [text_threshold, image_threshold], rule)
        assert counted == pytest.approx((accepted & mask).sum())


@given(pairs, st.floats(0, 1), st.floats(0, 1))
def test_a_looser_threshold_never_counts_fewer(rows, one, other):
    *_, grid = grid_of(rows)
    for rule in ("either", "both"):
        tight = pairs_within(grid.found, grid.tops, [min(one, other), 0.5], rule)
        loose = pairs_within(grid.found, grid.tops, [max(one, other), 0.5], rule)
        assert tight <= loose + 1e-9


@given(pairs)
def test_the_histogram_holds_every_pair_up_to_the_top_once(rows):
    text, _, same, known, grid = grid_of(rows)
    in_reach = text <= 1.0
    drawn_same, drawn_other, drawn_all = grid.histogram(0)
    assert drawn_same.sum() == (in_reach & same).sum()
    assert drawn_other.sum() == (in_reach & known & ~same).sum()
    assert drawn_all.sum() == in_reach.sum()
    assert drawn_all[0] == (text <= EDGES[1]).sum()


def test_bad_input_is_refused_with_what_was_found():
    three, ones = np.zeros(3, np.float32), np.ones(3)
    with pytest.raises(DataError, match="one top for each distance"):
        threshold_grid([three], [1.0, 1.0], same=ones, known=ones)
    with pytest.raises(DataError, match="above 0"):
        threshold_grid([three], [0.0], same=ones, known=ones)
