"""Brands: learned from what a catalog's titles begin with; two of them part what shares all other words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.conflicts import VETOES, vetoed, with_conflicts
from matcher.matching.title_facts.brands import FEWEST_TITLES, brand_words, other_brands
from matcher.vectors.candidate_pairs import CandidatePairs

GOODS = ["oat biscuits 200 g", "hand soap 300 ml", "desk lamp 7 W", "wool scarf", "tea strainer", "bath towel 70 cm"]
SHOP = [f"{brand} {goods}" for brand in ("Velmora", "Tarindo") for goods in GOODS]


def are_other(titles, one, other):
    found = other_brands(titles, np.array([one, other]), np.array([other, one]))
    assert found[0] == found[1]
    return bool(found[0])


def test_one_thing_by_two_makers_is_two_things():
    assert brand_words(SHOP) == {"velmora", "tarindo"}
    assert are_other(SHOP, 0, len(GOODS))
    assert not are_other(SHOP, 0, 1)


def test_a_title_without_a_brand_contradicts_nothing():
    titles = [*SHOP, "oat biscuits crunchy 200 g"]
    assert not are_other(titles, 0, len(titles) - 1)


@pytest.mark.parametrize(
    "title", ["oat biscuits velmora tarindo style", "Tarindo-Velmora oat biscuits", "tarindo velmora2"]
)
def test_a_brand_that_the_other_title_holds_too_is_shared(title):
    assert not are_other([*SHOP, title], 0, len(SHOP))


@pytest.mark.parametrize(
    "titles",
    [
        SHOP[: FEWEST_TITLES - 1],  # too few begin so
        [" ".join(reversed(title.split())) for title in SHOP],  # the brand stands last
        [*SHOP, *(f"{goods} {word}" for goods in GOODS for word in ("velmora", "tarindo"))],  # or anywhere
        [*SHOP, *GOODS],  # a word that sellers leave out as they like
        [f"{word} {goods}" for word in ("promo", "ready", "red") for goods in GOODS],
        [f"{word} {goods}" for word in ("x2", "250", "ab") for goods in GOODS],
    ],
)
def test_what_titles_begin_with_otherwise_is_no_brand(titles):
    assert not brand_words(titles) & {"velmora", "tarindo", "promo", "ready", "red", "x2", "250", "ab"}


def test_pairs_of_a_catalog_meet_the_veto():
    left, right = (rows.astype(np.int32) for rows in np.triu_indices(len(SHOP), 1))
    pairs = CandidatePairs(len(SHOP), left, right, np.ones(len(left), np.uint16), {})
    met = vetoed(with_conflicts(pairs, SHOP).conflicts, ["brands"])
    assert met.tolist() == ((left < len(GOODS)) & (right >= len(GOODS))).tolist()
    assert len(VETOES) <= 8  # bits of a byte


@given(st.lists(st.text(alphabet="ab \u00e4\u0e01-1", max_size=12), min_size=1, max_size=25), st.randoms())
def test_any_titles_in_any_order_give_the_same(titles, random):
    brands = brand_words(titles)
    shuffled = [*titles]
    random.shuffle(shuffled)
    assert brand_words(shuffled) == brands
    rows = np.arange(len(titles))
    assert (other_brands(titles, rows, rows[::-1]) == other_brands(titles, rows[::-1], rows)).all()


def test_a_word_of_thousands_of_letters_takes_no_longer():
    titles = [*SHOP, "x" * 50_000 + " oat biscuits", "\u0e01" * 20_000]
    assert not are_other(titles, 0, len(titles) - 2)
