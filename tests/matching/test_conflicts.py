"""Conflicts: two sizes, counts or models of one thing are told apart, and two spellings of one are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.conflicts import (
    USUAL,
    VETOES,
    Relation,
    conflicts_of,
    name_conflicts,
    relations,
    stand_against,
    vetoed,
    with_conflicts,
)
from matcher.matching.title_facts.attributes import KINDS, attributes_of, read_titles
from matcher.vectors.candidate_pairs import CandidatePairs


def relation(kind, title, other):
    return Relation(relations(attributes_of([title, other]), kind, np.array([0]), np.array([1]))[0])


def met(title, other):
    bits = conflicts_of(attributes_of([title, other]), np.array([0]), np.array([1]))
    return {veto for veto in VETOES if vetoed(bits, [veto])[0]}


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("dish soap 200 ml", "dish soap", Relation.ONE_SIDED),
        ("dish soap", "hand soap", Relation.NEITHER),
        ("dish soap 200 ml", "soap for dishes 0,2 l", Relation.EQUAL),
        ("dish soap 200 ml", "dish soap 200 ml / 900 ml", Relation.PARTIAL),
        ("dish soap 200 ml", "dish soap 900 ml", Relation.CONFLICT),
    ],
)
def test_two_titles_agree_or_not_in_five_ways(title, other, expected):
    assert relation("volume", title, other) == expected


@pytest.mark.parametrize(
    ("title", "other", "vetoes"),
    [
        ("rice 2 kg", "rice 5kg", {"units"}),
        ("rice 2 x 500 g", "rice 500 g", {"units"}),
        ("rice 2 x 500 g", "rice 1 kg", set()),
        ("cans 6 pack 330ml", "cans 330 ml", set()),
        ("eggs 6 pcs", "eggs isi 12", {"counts"}),
        ("phone 4/64GB", "phone 128 GB", {"units"}),
        ("lamp 7W", "lamp 12 watt", {"units"}),
        ("keyboard K120 black", "keyboard K270 black", {"models"}),
        ("keyboard K120 black", "keyboard k-120 wireless", set()),
        ("router AX3000", "router ax 3000 dual band", set()),
        ("headset WH-1000XM4", "headset wh1000xm4", set()),
        ("watch AP015", "watch AP15", set()),
        ("fridge KGN36VW", "fridge KGN36VWB white", set()),  # the last letters name a colour or a country
        ("bag 4471X", "bag QR88", set()),  # numbers of two sellers say nothing
        ("mug red", "mug merah", set()),
        ("mug red", "mug biru", {"colours"}),
        ("shirt XXL", "shirt 2xl", set()),
        ("shirt X-Large", "shirt size S", {"sizes"}),
        ("watch for men", "jam wanita", {"genders"}),
        ("wool wallet", "leather wallet", {"materials"}),
        ("botol stainless", "steel bottle", set()),
        ("mug ceramic wood", "wooden mug", set()),
        ("serum kulit", "cotton pads", set()),
        ("women\u2019s watch", "watch womens", set()),
    ],
)
def test_what_makes_another_product_of_it(title, other, vetoes):
    assert met(title, other) == met(other, title) == vetoes


def test_a_conflict_is_named_as_the_sellers_wrote_it():
    assert name_conflicts("Soap 250 ml blue", "Soap 0,5 L") == {"volume": "250 ml against 0,5 l"}
    assert name_conflicts("Mouse K-120, 3 pcs", "Mouse K121 pack of 2") == {
        "count": "3 pcs against pack of 2",
        "model": "k-120 against k121",
    }
    assert name_conflicts("Soap", "Soap 1 l") == {}


def test_a_unit_is_no_clothes_size():
    assert name_conflicts("juice 0.5 l", "cable 2 m") == {}
    assert name_conflicts("shirt l", "shirt m") == {"size": "l against m"}
    assert "size" in name_conflicts("shirt l with a bottle of 0.5 l", "shirt m with a bottle of 0.5 l")


def test_only_model_numbers_that_two_titles_have_speak_against_a_group():
    titles = ["mouse M185", "mouse M185 black", "mouse M186", "M186 mouse", "mouse M187", "mouse M187", "mouse 250 ml"]
    left, right = np.array([0, 0, 0, 0, 1]), np.array([1, 2, 4, 6, 3])
    pairs = CandidatePairs(7, left, right, np.ones(5, np.uint16), {"text": np.zeros(5, np.float32)})
    conflicts = with_conflicts(pairs, titles).conflicts
    assert vetoed(conflicts, ["models"]).tolist() == [False, True, True, False, True]
    assert stand_against(conflicts, USUAL).tolist() == [False, True, False, False, True]  # M187 is one title's alone
    assert not stand_against(conflicts, ["units", "counts"]).any()
    assert not vetoed(conflicts, ["brands", "colours"]).any()


def test_colours_sizes_and_genders_are_not_vetoed_unasked():
    assert USUAL == ("units", "counts", "models", "brands", "materials")


def test_an_unknown_veto_is_refused():
    with pytest.raises(DataError, match="'price' is unknown; expected some of units"):
        vetoed(np.zeros(1, np.uint8), ["price"])


WORDS = "soap 250ml 500ml 0,5l 3pcs pack-of-3 K120 K121 k-120 red merah blue XL 2xl men women 4/64gb 64gb".split()
some_titles = st.lists(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), min_size=2, max_size=8)


@given(some_titles, st.randoms())
def test_neither_the_order_of_two_listings_nor_that_of_the_rows_matters(titles, random):
    left, right = (side.ravel() for side in np.meshgrid(np.arange(len(titles)), np.arange(len(titles))))
    attributes = attributes_of(titles)
    bits = conflicts_of(attributes, left, right)
    assert np.array_equal(bits, conflicts_of(attributes, right, left))
    order = list(range(len(titles)))
    random.shuffle(order)
    place = np.argsort(order)  # where each of the old rows is now
    assert np.array_equal(bits, conflicts_of(attributes_of([titles[row] for row in order]), place[left], place[right]))


@given(some_titles)
def test_relations_of_many_pairs_are_those_of_sets(titles):
    left, right = (side.ravel() for side in np.meshgrid(np.arange(len(titles)), np.arange(len(titles))))
    attributes, known = attributes_of(titles), read_titles(titles)
    for kind in KINDS:
        for found, one, other in zip(relations(attributes, kind, left, right), left, right, strict=True):
            first, second = set(known[titles[one]][kind]), set(known[titles[other]][kind])
            if not (first and second):
                expected = Relation.ONE_SIDED if first or second else Relation.NEITHER
            elif first == second:
                expected = Relation.EQUAL
            else:
                expected = Relation.PARTIAL if first & second else Relation.CONFLICT
            assert found == expected


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_titles_can_be_read(titles):
    assert all(matrix.shape[0] == len(titles) for matrix in attributes_of(titles).stated.values())
