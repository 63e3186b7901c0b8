import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.training.data.rebalance import balance

catalogs = st.lists(
    st.tuples(
        st.integers(-1, 3), st.sampled_from(["", "s", "t", "u"]), st.sampled_from(["", "p", "q"]), st.integers(0, 2)
    ),
    max_size=40,
)


@given(catalogs, st.integers(1, 6))
def test_rows_are_bounded_new_and_of_one_label_and_side(rows, most):
    codes = np.array([code for code, *_ in rows], dtype=np.int32)
    titles, photos = [row[1] for row in rows], [row[2] for row in rows]
    sides = np.array([row[3] for row in rows], dtype=np.int8)
    plan = balance(codes, titles, photos, sides=sides, most=most, fill_to=most)
    assert (codes[plan.title_row] == codes[plan.photo_row]).all()
    assert (sides[plan.title_row] == sides[plan.photo_row]).all()
    labelled = plan.codes >= 0
    if labelled.any():
        assert (
            np.unique(np.stack([plan.codes, sides[plan.title_row]])[:, labelled], axis=1, return_counts=True)[1].max()
            <= most
        )
    assert sorted(plan.title_row[~labelled]) == np.flatnonzero(codes < 0).tolist()
    assert len(set(zip(plan.title_row.tolist(), plan.photo_row.tolist(), strict=True))) == len(plan.codes)
    for title, photo in zip(plan.title_row[plan.is_new_pair], plan.photo_row[plan.is_new_pair], strict=True):
        assert titles[title]
        assert photos[photo]


def test_small_labels_are_filled_and_large_ones_cut():
    codes = np.array([0] * 2 + [1] * 30 + [2], dtype=np.int32)
    titles, photos = [f"title {row}" for row in range(33)], [f"photo {row}" for row in range(33)]
    plan = balance(codes, titles, photos, most=10, fill_to=10)
    assert plan.sizes_before.tolist() == [2, 30, 1]
    assert plan.sizes_after.tolist() == [4, 10, 1]  # two listings pair in four ways, one in one
    summary = plan.summary().set_index("rows")
    assert summary["new_pairs"].to_dict() == {1: 0, 2: 2, 30: 0}
    assert summary["left_out"].to_dict() == {1: 0, 2: 0, 30: 20}


def test_a_pair_that_looks_the_same_is_not_made():
    plan = balance(np.zeros(2, dtype=np.int32), ["same", "same"], ["one", "two"])
    assert plan.sizes_after.tolist() == [2]


def test_no_filling_when_not_asked_for():
    plan = balance(np.zeros(3, dtype=np.int32), ["a", "b", "c"], ["p", "q", "r"], fill_to=0)
    assert not plan.is_new_pair.any()


def test_the_seed_decides():
    codes = np.zeros(40, dtype=np.int32)
    names = [str(row) for row in range(40)]
    first, again, other = (balance(codes, names, names, seed=seed).title_row.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_bad_input_is_named():
    with pytest.raises(DataError, match="1 labels, 2 titles"):
        balance(np.zeros(1, dtype=np.int32), ["a", "b"], ["p"])
    with pytest.raises(DataError, match="at most 5 rows a label, filled to 6"):
        balance(np.zeros(1, dtype=np.int32), ["a"], ["p"], most=5, fill_to=6)
