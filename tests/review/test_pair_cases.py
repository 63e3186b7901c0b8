"""Search, questions about pairs, and differing words, each against the slow and obvious way."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.metrics import DIFFERENT, SAME, UNKNOWN, known_truth
from matcher.review.pair_cases import (
    SIDES,
    index_pairs,
    listings_of,
    pairs_of_case,
    within,
    wrong_pairs,
)
from matcher.review.title_diff import differing_words
from matcher.review.title_search import searcher
from matcher.vectors.candidate_pairs import CandidatePairs

LISTINGS = pd.DataFrame(
    {
        "item_id": ["a1", "b2", "lavender", "d4"],
        "title": ["Sabun Lavender 250ml", "sabun cair LAVENDER (500ml)", "Teh hijau", ""],
        "label": ["7", "7", "", "9"],
    }
)


def pairs_from(rows: list[tuple[int, int, float, float]], n: int = 6) -> CandidatePairs:
    left, right, text, image = (np.array(column) for column in zip(*rows, strict=True))
    distance = {"text": text.astype(np.float32), "image": image.astype(np.float32)}
    ranks = np.ones(len(rows), np.uint16)
    return CandidatePairs(n, left.astype(np.int32), right.astype(np.int32), ranks, distance)


def test_only_words_that_the_query_lacks_are_marked() -> None:
    pieces = differing_words("SABUN lavender 250 ml original", "Sabun Lavender 500ml, original promo!")
    assert [text for text, differs in pieces if differs] == ["500", "promo"]


def test_differing_words_side_by_side_are_one_piece() -> None:
    assert differing_words("teh", "teh celup hijau 25") == [("teh ", False), ("celup hijau 25", True)]


def test_titles_without_a_common_word_are_not_marked() -> None:
    assert differing_words("teh hijau", "Sabun mandi") == [("Sabun mandi", False)]
    assert differing_words("teh hijau", "") == []


@given(st.text(), st.text())
def test_pieces_give_the_title_again_and_alternate(query: str, title: str) -> None:
    pieces = differing_words(query, title)
    assert "".join(text for text, _ in pieces) == title
    assert all(one[1] != other[1] for one, other in pairwise(pieces))


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("sabun lavender", [0, 1]),
        ("LAVENDER", [2, 0, 1]),  # the listing of that id comes first
        ("7", [0, 1]),
        ("lavender 500", [1]),
        ("d4", [3]),
        ("(500ml)", [1]),  # no regular expression
        ("nothing", []),
        ("  ", [0, 1, 2, 3]),
    ],
)
def test_search_finds_words_ids_and_labels(typed: str, rows: list[int]) -> None:
    assert searcher(LISTINGS)(typed).tolist() == rows


def test_index_lists_every_pair_under_both_ends() -> None:
    pairs = pairs_from([(0, 1, 0.1, 0.1), (0, 4, 0.1, 0.1), (1, 3, 0.1, 0.1)])
    index = index_pairs(pairs)
    expected = [np.flatnonzero((pairs.left == row) | (pairs.right == row)).tolist() for row in range(pairs.n)]
    assert [sorted(index.of(row).tolist()) for row in range(pairs.n)] == expected


def test_a_side_without_threshold_finds_as_many_pairs_as_the_rule() -> None:
    pairs = pairs_from([(0, 1, 0.4, 0.1), (0, 2, 0.2, 0.1), (0, 3, 0.3, 0.1), (0, 4, np.inf, 0.1)])
    is_match = np.array([True, False, False, True])
    assert within(pairs, is_match, "text", None).tolist() == [False, True, True, False]
    assert within(pairs, is_match, "text", 0.2).tolist() == [False, True, False, False]
    assert not within(pairs, is_match, "fused", 0.2).any()
    assert not within(pairs, np.ones(4, np.bool_), "text", None)[3]  # no distance is never near


# text and image thresholds 0.3; either finds a match
PAIRS = pairs_from(
    [
        (0, 1, 0.1, 0.1),  # both find it
        (0, 2, 0.9, 0.1),  # the photo, true
        (1, 2, 0.9, 0.2),  # the photo, false
        (2, 3, 0.2, np.inf),  # the title, unknown
        (2, 4, 0.1, 0.8),  # the title, true
        (3, 5, 0.8, 0.5),  # missed
        (4, 5, 0.6, 0.4),  # missed, nearer
    ]
)
TRUTH = np.array([SAME, SAME, DIFFERENT, UNKNOWN, SAME, SAME, SAME], np.int8)
IS_MATCH = np.array([True, True, True, True, True, False, False])


@pytest.mark.parametrize(
    ("case", "expected"),
    [("photo", [1]), ("title", [4, 3]), ("disagree", [3, 1, 2, 4])],
)
def test_each_question_has_its_pairs_clearest_first(case: str, expected: list[int]) -> None:
    thresholds = {"text": 0.3, "image": 0.3}
    assert pairs_of_case(case, PAIRS, IS_MATCH, TRUTH, thresholds).tolist() == expected  # type: ignore[arg-type]


def test_every_question_works_with_one_side_only() -> None:
    distance = {"text": PAIRS.distance["text"]}
    titles = CandidatePairs(PAIRS.n, PAIRS.left, PAIRS.right, PAIRS.rank, distance)
    found = {case: pairs_of_case(case, titles, IS_MATCH, TRUTH, {"text": 0.3}).tolist() for case in SIDES}
    assert found["photo"] == []
    truth = known_truth(titles, np.full(6, -1, np.int32), [(3, 5), (4, 5)])
    assert wrong_pairs("missed", truth, np.arange(6)).tolist() == [6, 5]


def test_wrong_pairs_come_nearest_first() -> None:
    group = np.array([0, 0, 0, 0, 0, 1])
    truth = known_truth(PAIRS, np.array([7, 7, -1, 8, 8, 8], np.int32), [(0, 2), (2, 4)], [(1, 2)])
    assert wrong_pairs("missed", truth, group).tolist() == [6, 5]
    assert wrong_pairs("false", truth, group).tolist() == [2]
    assert wrong_pairs("false", truth, np.arange(6)).tolist() == []


@given(
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.lists(st.integers(-1, 2), min_size=6, max_size=6),
    st.lists(st.sampled_from([(0, 1), (1, 2), (2, 3), (4, 5)]), max_size=2),
    st.lists(st.sampled_from([(0, 2), (2, 4), (3, 5)]), max_size=2),
)
def test_wrong_pairs_are_those_that_looking_at_each_finds(groups, labels, same, different) -> None:
    group, codes = np.array(groups), np.array(labels, np.int32)
    truth = known_truth(PAIRS, codes, same, different)
    for case, wrong in (("missed", SAME), ("false", DIFFERENT)):
        expected = {
            place
            for place in range(len(PAIRS))
            if truth.kind(np.array([place]))[0] == wrong
            and (group[PAIRS.left[place]] == group[PAIRS.right[place]]) == (case == "false")
        }
        found = wrong_pairs(case, truth, group)
        assert set(found.tolist()) == expected
        near = np.minimum(PAIRS.distance["text"], PAIRS.distance["image"])[found]
        assert (np.diff(near) >= 0).all()


def test_an_unknown_question_is_refused() -> None:
    with pytest.raises(DataError, match="no case 'worst'; choose one of missed"):
        wrong_pairs("worst", known_truth(PAIRS, np.zeros(6, np.int32)), np.arange(6))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no case 'best'; choose one of photo"):
        pairs_of_case("best", PAIRS, IS_MATCH, TRUTH, {})  # type: ignore[arg-type]


def test_listings_come_once_in_the_order_of_their_pairs() -> None:
    assert listings_of(PAIRS, np.array([6, 5, 0])).tolist() == [4, 5, 3, 0, 1]
