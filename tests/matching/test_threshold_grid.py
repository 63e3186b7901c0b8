"""The slider's counts are what the obvious count gives on every edge, and lie between the edges' elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.metrics import precision_recall_curve
from matcher.matching.threshold_grid import pairs_within, reach, thinned, threshold_grid

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


@given(pairs, st.sampled_from(EDGES), st.sampled_from(EDGES), st.sampled_from(["any", "all"]))
def test_counts_on_an_edge_are_exact(rows, text_threshold, image_threshold, rule):
    text, image, same, known, grid = grid_of(rows)
    join = np.logical_or if rule == "any" else np.logical_and
    accepted = join(text <= text_threshold, image <= image_threshold)
    for counts, mask in ((grid.same, same), (grid.known, known), (grid.found, np.ones(len(text), bool))):
        counted = pairs_within(counts, grid.tops, [text_threshold, image_threshold], rule)
        assert counted == pytest.approx((accepted & mask).sum())


@given(pairs, st.floats(0, 1), st.floats(0, 1))
def test_a_looser_threshold_never_counts_fewer(rows, one, other):
    *_, grid = grid_of(rows)
    for rule in ("any", "all"):
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


@given(st.lists(distance, min_size=1), st.floats(0, 2), st.booleans())
def test_a_slider_reaches_beyond_its_threshold_in_even_steps(values, threshold, known):
    distances = np.array(values, np.float32)
    top, step = reach(distances, threshold, distances <= 0.5 if known else None)
    assert top >= threshold
    assert 150 <= round(top / step) <= 420
    assert top / step == pytest.approx(round(top / step))


def test_a_slider_ends_where_the_same_pairs_end():
    distances = np.concatenate([np.linspace(0, 0.4, 500), np.linspace(0.4, 1.9, 5000)]).astype(np.float32)
    top, _ = reach(distances, 0.2, distances <= 0.4)
    assert 0.39 < top < 0.45
    assert reach(distances, 0.9, distances <= 0.4)[0] >= 0.9


def test_a_thinned_curve_looks_like_the_whole_one():
    rng = np.random.default_rng(5)
    distance = rng.random(20_000, np.float32) ** 0.3
    whole = precision_recall_curve(distance, rng.random(20_000) > distance)
    thin = thinned(whole, 100)
    assert len(thin.thresholds) <= 202
    assert (thin.recall[0], thin.recall[-1]) == (whole.recall[0], whole.recall[-1])
    between = np.interp(whole.recall, thin.recall, thin.precision)[200:]
    assert np.abs(between - whole.precision[200:]).max() < 0.02
    assert np.diff(thin.recall).max() < 0.03
    assert thinned(thin, 200) is thin
