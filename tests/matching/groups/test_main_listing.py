"""One listing stands for each group: the best by the rule, or the one that was chosen last, and it says why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.groups.main_listing import (
    MainRule,
    Standing,
    choose_main,
    rank_ids,
    rank_photos,
    rank_prices,
    rank_sellers,
    rank_titles,
)

TITLES = ["blue mug", "Blue mug, blue mug 300 ml", "mug", ""]
IDS = ["A-10", "A-9", "B-1", "A-9b"]
ONE_GROUP = np.zeros(4, np.int32)
AGE = rank_ids(IDS)


def said(standing, group=ONE_GROUP, chosen=None):
    """The main listing of the first one's group, and why."""
    main = choose_main(group, standing, AGE, chosen)
    return int(main.row[0]), main.say(int(main.row[0]))


def test_each_rule_says_what_it_chose_by():
    assert said(rank_titles(TITLES)) == (1, "most complete title: 4 words")
    assert said(rank_prices(np.array([3.5, np.nan, 3.2, 12000]))) == (2, "cheapest: 3.20")
    assert said(rank_prices(np.array([np.nan, np.nan, np.nan, 12000]))) == (3, "cheapest: 12,000")
    assert said(rank_sellers(["x", "y", "z", "y"], ["z", "y"])) == (2, "preferred seller: z")
    assert said(rank_sellers(["x", "y", "x", "y"], ["z", "y"])) == (1, "preferred seller: y")  # the older of two
    assert said(rank_sellers(["x", "y", "Zoë ", "y"], ["zoe", "y"])) == (2, "preferred seller: Zoë ")
    assert said(AGE) == (1, "oldest id: A-9")


def test_where_a_rule_knows_nothing_the_oldest_is_it():
    assert said(rank_sellers(["x"] * 4, ["z"])) == (1, "oldest id: A-9")
    assert said(rank_prices(np.full(4, np.nan))) == (1, "oldest id: A-9")


def test_a_sharp_photo_stands_before_a_larger_one_and_no_photo_is_the_last():
    width, height = np.array([500, 400, 512, 0]), np.array([500, 400, 512, 0])
    sharp, sharpness = np.array([True, True, False, False]), np.array([150.0, 900.0, 20.0, 0.0])
    assert said(rank_photos(width, height, sharp, sharpness)) == (0, "largest sharp photo: 500 x 500 pixels")
    blurred = rank_photos(width, height, np.zeros(4, np.bool_), sharpness)
    assert said(blurred) == (2, "largest photo: 512 x 512 pixels, and no photo is sharp")
    same_size = rank_photos(np.full(4, 300), np.full(4, 300), np.ones(4, np.bool_), np.array([200.0, 300, 250, 300]))
    assert said(same_size)[0] == 1  # the sharper, and of two as sharp the older


def test_the_last_choice_by_hand_holds_in_whichever_group_it_is():
    chosen = np.array([5.0, 0, 7.0, 0])
    assert said(rank_titles(TITLES), chosen=chosen) == (2, "chosen by hand")
    parted = choose_main(np.array([0, 0, 1, 1]), rank_titles(TITLES), AGE, chosen)
    assert parted.row.tolist() == [0, 0, 2, 2]
    assert parted.by_hand.tolist() == [True] * 4
    alone = choose_main(np.arange(4), rank_titles(TITLES), AGE)
    assert alone.row.tolist() == [0, 1, 2, 3]
    assert [alone.say(row) for row in range(4)] == [""] * 4


def test_numbers_within_ids_count_as_numbers():
    ids = ["a10", "a9", "a09", "10", "9", "b", "a", "a-0100", "a-99", "0", ""]
    ordered = [ids[row] for row in np.argsort(rank_ids(ids).rank)]
    assert ordered == ["", "0", "9", "10", "a", "a09", "a9", "a10", "a-99", "a-0100", "b"]


# Few distinct values on purpose: ties are where a choice goes wrong.
listings = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([-2.0, 0.0, np.inf]), st.sampled_from([0.0, 1.0, 2.0])), max_size=12
)


@given(listings)
def test_the_choice_is_what_looking_at_each_group_gives(rows):
    group = np.array([row[0] for row in rows], dtype=np.int64)
    rank, chosen = (np.array([row[place] for row in rows], dtype=np.float64) for place in (1, 2))
    age = rank_ids([f"id-{(7 * row) % 13}" for row in range(len(rows))])
    main = choose_main(group, Standing(rank, str), age, chosen)
    for row in range(len(rows)):
        members = [other for other in range(len(rows)) if group[other] == group[row]]
        best = min(members, key=lambda other: (-chosen[other], rank[other], age.rank[other]))
        assert main.row[row] == best
        assert main.by_hand[row] == (max(chosen[members]) > 0)
        assert (main.say(row) != "") == (best == row and len(members) > 1)


@pytest.mark.parametrize(
    "values", [{"by": "newest"}, {"by": ["title"]}, {"column": 3}, {"preferred": "shop"}, {"preferred": ["x" * 201]}]
)
def test_a_rule_that_is_none_is_refused(values):
    with pytest.raises(DataError, match="ain listings"):
        MainRule(**values)
