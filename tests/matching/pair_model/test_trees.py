"""Trees: every row ends at the leaf that a plain walk finds, in however many blocks; and strangers' trees are trees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from matcher.errors import DataError
from matcher.matching.pair_model import tree_program
from matcher.matching.pair_model.trees import mean_of_trees, trees_from_json, trees_of

LEAF = st.floats(-4, 4).map(lambda value: float(np.float32(value)))
VALUES = st.sampled_from([-1.0, 0.0, 0.5, 1.0, np.nan])
COLUMNS = 3
tree = st.recursive(
    LEAF,
    lambda below: st.tuples(
        st.integers(0, COLUMNS - 1), st.sampled_from([-1.0, 0.0, 0.5]), st.integers(0, 1), below, below
    ),
    max_leaves=25,
)
rows = st.lists(st.tuples(*[VALUES] * COLUMNS), min_size=1, max_size=12)


def as_json(trees):
    """Trees as nested tuples (column, threshold, missing_left, left, right) or leaves, in the columns of a file."""
    given = {name: [] for name in ("roots", "feature", "threshold", "missing_left", "left", "right", "value")}

    def add(node):
        at = len(given["feature"])
        inner = isinstance(node, tuple)
        column, threshold, missing, *sides = node if inner else (-1, 0.0, 0)
        for name, value in zip(
            ("feature", "threshold", "missing_left", "left", "right", "value"),
            (column, threshold, missing, 0, 0, 0.0 if inner else node),
            strict=True,
        ):
            given[name].append(value)
        for name, side in zip(("left", "right"), sides, strict=False):
            given[name][at] = add(side)
        return at

    for each in trees:
        given["roots"].append(add(each))
    return given | {"start": 0.25}


def walk(node, row):
    """The slow, obvious way."""
    while isinstance(node, tuple):
        column, threshold, missing, left, right = node
        node = left if (missing if np.isnan(row[column]) else row[column] <= threshold) else right
    return node


@given(st.lists(tree, min_size=1, max_size=4), rows, st.integers(1, 5))
def test_every_row_ends_where_a_walk_ends(trees, given_rows, at_once):
    values = np.array(given_rows, dtype=np.float32)
    expected = [0.25 + sum(walk(each, row) for each in trees) for row in given_rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree_program, "ROWS_AT_ONCE", at_once)
        found = trees_from_json(as_json(trees), COLUMNS).log_odds(values)
    assert found == pytest.approx(expected)


def test_a_tree_may_lean_to_either_side():
    lean_left, lean_right = 0.0, 0.0
    for step in range(120):
        lean_left, lean_right = (0, step / 120, 0, lean_left, 1.0 + step), (0, -step / 120, 1, 2.0 + step, lean_right)
    values = np.linspace(-1.2, 1.2, 60, dtype=np.float32)[:, None]
    for each in (lean_left, lean_right, (0, 0.0, 0, lean_left, lean_right[4][4])):
        found = trees_from_json(as_json([each]), 1).log_odds(values)
        assert found == pytest.approx([0.25 + walk(each, row) for row in values])


def test_a_fitted_model_is_followed_to_the_last_digit_of_its_leaves():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(4_000, 6)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    truth = np.nan_to_num(values).sum(axis=1) + rng.normal(size=len(values)) > 0
    fitted = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(values[:2_000], truth[:2_000])
    np.testing.assert_allclose(trees_of(fitted).log_odds(values), fitted.decision_function(values), atol=1e-7)


GIVEN = as_json([(0, 0.5, 1, 1.0, (0, 0.7, 0, 2.0, 3.0)), -1.0])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"right": [3, 0, 3, 0, 0, 0]}, "hangs under two others or under none"),  # one leaf of two parents
        ({"right": [5, 0, 4, 0, 0, 0]}, "leads back or out of itself"),  # into the next tree
        ({"left": [1, 0, 1, 0, 0, 0]}, "leads back"),
        ({"roots": [0, 4]}, "leads back or out of itself"),
        ({"roots": [1, 5]}, "one after another"),
        ({"roots": [0, 0]}, "one after another"),
        ({"roots": []}, "one after another"),
        ({"roots": [0, 6]}, "no nodes"),
        ({"left_share": [1.5, 0, 0, 0, 0, 0]}, "no number up to 1"),
        ({"left_share": [-0.5, 0, 0, 0, 0, 0]}, "below 0"),
        ({"left_share": [0.5]}, "different lengths"),
    ],
)
def test_nodes_that_are_no_trees_are_refused(change, expected):
    assert trees_from_json(GIVEN, 1).log_odds(np.zeros((1, 1), np.float32)).tolist() == [0.25 + 1.0 - 1.0]
    with pytest.raises(DataError, match=expected):
        trees_from_json(GIVEN | change, 1)


def test_a_tree_with_more_leaves_than_a_byte_counts_is_refused():
    wide = 0.0
    for step in range(tree_program.MOST_LEAVES - 1):
        wide = (0, float(step), 0, float(step), wide)
    assert trees_from_json(as_json([wide]), 1).log_odds(np.array([[300.0]], np.float32)).tolist() == [0.25]
    with pytest.raises(DataError, match="more than 256 leaves"):
        trees_from_json(as_json([(0, 0.0, 0, 0.0, wide)]), 1)


@given(st.lists(tree, min_size=1, max_size=3), st.lists(tree, max_size=3), rows)
def test_the_mean_of_trees_says_the_mean_of_what_they_say(some, others, given_rows):
    values = np.array(given_rows, dtype=np.float32)
    one, other = (trees_from_json(as_json(each), COLUMNS) for each in (some, others))
    mean = mean_of_trees(one, other)
    assert mean.log_odds(values) == pytest.approx((one.log_odds(values) + other.log_odds(values)) / 2, abs=1e-9)
    read = trees_from_json(mean.to_json(), COLUMNS)
    assert read.log_odds(values) == pytest.approx(mean.log_odds(values), abs=1e-6)
