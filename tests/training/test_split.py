import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.training.data.split import MOST_LABELS_OF_A_CONTENT, TEST, TRAIN, TUNE, split_by_product

listings = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c", "d", "e"]), st.sampled_from(["", "p", "q", "r"])), max_size=30
)


def columns(rows):
    return [str(row) for row in range(len(rows))], [label for label, _ in rows], [photo for _, photo in rows]


@given(listings)
def test_no_product_and_no_photo_on_two_sides(rows):
    ids, labels, photos = columns(rows)
    sides = split_by_product(ids, labels, photos)
    for values in (labels, photos):
        for value in set(values) - {""}:
            products = {labels[row] or ids[row] for row, other in enumerate(values) if other == value}
            if values is labels or len(products) <= MOST_LABELS_OF_A_CONTENT:
                assert len({int(sides[row]) for row, other in enumerate(values) if other == value}) == 1


@given(listings, st.lists(st.sampled_from(["", "t", "u", "v"]), min_size=30))
def test_a_split_for_both_keeps_photos_and_titles_together(rows, titles):
    ids, labels, photos = columns(rows)
    titles = titles[: len(rows)]
    sides = split_by_product(ids, labels, photos, titles)
    for values in (labels, photos, titles):
        for value in set(values) - {""}:
            products = {labels[row] or ids[row] for row, other in enumerate(values) if other == value}
            if values is labels or len(products) <= MOST_LABELS_OF_A_CONTENT:
                assert len({int(sides[row]) for row, other in enumerate(values) if other == value}) == 1


def test_titles_alone_split_as_photos_of_the_same_names():
    labels = [str(number) for number in range(100)]
    names = [f"name {number // 3}" for number in range(100)]
    by_photo, by_title = split_by_product(labels, labels, names), split_by_product(labels, labels, None, names)
    assert (by_photo == by_title).all()


@given(listings, st.randoms())
def test_sides_follow_the_label_in_any_order_and_company(rows, random):
    ids, labels, _ = columns(rows)
    sides = dict(zip(zip(ids, labels, strict=True), split_by_product(ids, labels), strict=True))
    kept = [row for row in range(len(rows)) if random.random() < 0.5]
    random.shuffle(kept)
    again = split_by_product([ids[row] for row in kept], [labels[row] for row in kept])
    assert [sides[ids[row], labels[row]] for row in kept] == again.tolist()


def test_shares_are_kept_and_the_salt_matters():
    labels = [f"label {number}" for number in range(4000)]
    sides = split_by_product(labels, labels, shares=(0.6, 0.3, 0.1))
    assert np.bincount(sides, minlength=3) / 4000 == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
    assert (sides != split_by_product(labels, labels, shares=(0.6, 0.3, 0.1), salt="other")).mean() > 0.3


@pytest.mark.parametrize(("shares", "side"), [((1, 0, 0), TRAIN), ((0, 1, 0), TUNE), ((0, 0, 1), TEST)])
def test_a_share_of_nothing_gets_nothing(shares, side):
    labels = [str(number) for number in range(200)]
    assert set(split_by_product(labels, labels, shares=shares).tolist()) == {side}


def test_a_placeholder_photo_joins_nothing():
    labels = [f"label {number}" for number in range(300)]
    assert len(set(split_by_product(labels, labels, ["no photo"] * 300).tolist())) == 3


def test_a_new_listing_moves_no_old_product():
    labels = [str(number) for number in range(100)]
    photos = [f"photo {number // 2}" for number in range(100)]
    before = split_by_product(labels, labels, photos)
    after = split_by_product([*labels, "new"], [*labels, "new"], [*photos, "photo of its own"])
    assert (after[:100] == before).all()


def test_bad_input_is_named():
    with pytest.raises(DataError, match="2 ids and 1 labels"):
        split_by_product(["1", "2"], ["a"])
    with pytest.raises(DataError, match="sum to 1"):
        split_by_product(["1"], ["a"], shares=(0.5, 0.1, 0.1))
