"""Features of pairs: what they are worth on paper, and that no order of listings or ends changes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.pair_model.features import pair_features
from matcher.vectors.candidate_pairs import CandidatePairs

TITLES = ["red lamp 5 kg", "red lamp 5kg", "lamp K120", "blue lamp K121", "red lamp 5 kg", "tent"]
PHOTOS = ["a", "a", "b", "", "a", "c"]


def pairs_of(n, distances, **more):
    left, right = np.triu_indices(n, 1)
    distance = {"text": distances, **more}
    return CandidatePairs(
        n,
        left.astype(np.int32),
        right.astype(np.int32),
        np.ones(len(left), np.uint16),
        {modality: np.array(values, np.float32) for modality, values in distance.items()},
    )


PAIRS = pairs_of(6, np.linspace(0.1, 0.8, 15))


def column(features, name):
    return features.values[:, features.names.index(name)]


def of_pair(pairs, one, other):
    return int(pairs.positions(np.array([one]), np.array([other]))[0])


def test_words_and_letters_say_what_two_titles_share():
    features = pair_features(PAIRS, TITLES)
    copies, unlike = of_pair(PAIRS, 0, 4), of_pair(PAIRS, 0, 5)
    for name in ("words.jaccard", "words.containment", "letters.letters", "letters.word_set"):
        assert column(features, name)[copies] == 1
    assert column(features, "words.jaccard")[unlike] == column(features, "words.shared")[unlike] == 0
    assert column(features, "words.rarest_alone_high")[copies] == 0
    assert column(features, "words.copies_low")[copies] == 2
    lamp = np.log(7 / 6) + 1  # five of six titles have the word
    one = np.log(7 / 2) + 1
    assert column(features, "words.shared")[of_pair(PAIRS, 2, 3)] == pytest.approx(lamp)
    assert column(features, "words.rarest_alone_low")[of_pair(PAIRS, 2, 3)] == pytest.approx(one)


def test_conflicts_are_ordered_from_against_to_for():
    features = pair_features(PAIRS, TITLES)
    mass, model = column(features, "conflict.mass"), column(features, "conflict.model")
    assert mass[of_pair(PAIRS, 0, 1)] == 2
    assert mass[of_pair(PAIRS, 0, 2)] == -1
    assert mass[of_pair(PAIRS, 2, 3)] == 0
    assert model[of_pair(PAIRS, 2, 3)] == -2
    assert column(features, "conflict.amounts_for")[of_pair(PAIRS, 0, 1)] == 1


def test_a_photo_is_the_same_or_not_and_nothing_is_like_nothing():
    features = pair_features(PAIRS, TITLES, PHOTOS)
    assert column(features, "photo.same")[of_pair(PAIRS, 0, 1)] == 1
    assert column(features, "photo.same")[of_pair(PAIRS, 2, 3)] == 0
    assert column(features, "photo.copies_high")[of_pair(PAIRS, 0, 5)] == 3
    assert column(features, "photo.copies_low")[of_pair(PAIRS, 0, 3)] == 0
    assert not any(name.startswith("photo") for name in pair_features(PAIRS, TITLES).names)


def test_a_pair_is_placed_in_the_lists_of_both_its_ends():
    # 0-1 .1, 0-2 .2, 1-2 .4
    features = pair_features(pairs_of(3, [0.1, 0.2, 0.4]), ["a", "b", "c"])
    assert column(features, "list.text_rank_low").tolist() == [1, 1, 2]
    assert column(features, "list.text_rank_high").tolist() == [1, 2, 2]
    assert column(features, "list.text_gap_high").tolist() == pytest.approx([0, 0.1, 0.3])
    assert column(features, "list.text_gap_low").tolist() == pytest.approx([0, 0, 0.2])


def test_what_a_pair_lacks_is_not_a_number():
    features = pair_features(pairs_of(3, [0.1, np.inf, 0.4]), ["a", "b", "c"])
    missing = [name for name in features.names if name.startswith(("distance.", "list."))]
    assert all(np.isnan(column(features, name)[1]) for name in missing)
    assert np.isfinite(column(features, "list.text_rank_low")[[0, 2]]).all()


def test_further_encoders_join_in():
    features = pair_features(PAIRS, TITLES, further={"bert": np.linspace(0, 1, 15, dtype=np.float32)})
    assert {"distance.text", "distance.bert", "list.bert_rank_low"} <= set(features.names)
    assert features.of(["words"]).names == tuple(name for name in features.names if name.startswith("words."))


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(DataError, match="5 titles"):
        pair_features(PAIRS, TITLES[:5])
    with pytest.raises(DataError, match="bert does not have one value"):
        pair_features(PAIRS, TITLES, further={"bert": np.zeros(3, np.float32)})
    empty = PAIRS.chosen(np.zeros(15, bool))
    assert pair_features(empty, TITLES).values.shape == (0, len(pair_features(PAIRS, TITLES).names))


words = st.sampled_from(["red", "lamp", "5kg", "6 kg", "K120", "k-120", "XL", "wifi", "wi-fi", ""])
listings = st.lists(
    st.tuples(st.lists(words, max_size=4).map(" ".join), st.sampled_from(["", "a", "b"])), min_size=2, max_size=6
)


@given(listings, st.randoms(), st.data())
def test_neither_the_order_of_rows_nor_that_of_ends_matters(rows, random, data):
    n = len(rows)
    count = n * (n - 1) // 2
    distance = data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, np.inf]), min_size=count, max_size=count))
    pairs = pairs_of(n, distance)
    before = pair_features(pairs, [title for title, _ in rows], [photo for _, photo in rows])
    order = list(range(n))
    random.shuffle(order)
    place = np.argsort(order)
    left, right = place[pairs.left], place[pairs.right]
    low, high = np.minimum(left, right).astype(np.int32), np.maximum(left, right).astype(np.int32)
    sorted_pairs = np.lexsort((high, low))
    moved = CandidatePairs(
        n, low[sorted_pairs], high[sorted_pairs], pairs.rank, {"text": pairs.distance["text"][sorted_pairs]}
    )
    after = pair_features(moved, [rows[row][0] for row in order], [rows[row][1] for row in order])
    assert before.names == after.names
    np.testing.assert_allclose(before.values[sorted_pairs], after.values, rtol=1e-4, atol=1e-5)
