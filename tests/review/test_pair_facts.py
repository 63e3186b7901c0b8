import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.conflicts import name_conflicts
from matcher.review.pair_facts import compare_columns, compare_statements, say_statements


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("shampoo 250 ml", "shampoo 500ml", ["The right one names 500ml, the left 250 ml"]),
        ("shampoo 0.5 l", "shampoo 500 ml", []),
        ("shampoo", "shampoo 500 ml", ["Only the right one names 500 ml"]),
        ("mouse M185 black", "mouse M186 black", ["The right one names m186, the left m185"]),
        ("mouse M185", "mouse M185", []),
        ("shirt red xl", "shirt blue", ["The right one names blue, the left red", "Only the left one names xl"]),
        ("kettle L 1.7 steel", "kettle steel", []),  # the unit of 1.7, and no size of clothes
        ("kettle L 1.7 steel", "steel kettle 1.7 l", []),  # both name it, one in a way of which no amount is read
        ("kettle L 1,7 steel", "steel kettle 1.70 l", []),
        ("soap 2 kg", "soap 2 pcs", ["Only the left one names 2 kg", "Only the right one names 2 pcs"]),
        ("coffee 185 g", "coffee nr 185", ["Only the left one names 185 g"]),
        ("tv 55.5 inch", "tv xy 55.5", ["Only the left one names 55.5 inch"]),
        ("kettle L 1.7 steel", "steel kettle 1.5 l", ["Only the right one names 1.5 l"]),
        ("shirt L 2 pcs", "shirt M 2 pcs", ["The right one names m, the left l"]),
        ("shirt red xl men", "shirt", ["Only the left one names red, xl and men"]),
        ("", "", []),
    ],
)
def test_what_differs_is_said_in_words(left, right, said):
    words = [sentence for sentence, _ in say_statements(compare_statements(left, right))]
    assert [each.lower() for each in words] == [each.lower() for each in said]


words = st.sampled_from(["250 ml", "0.25 l", "500 g", "m185", "m-185", "red", "biru", "xl", "men", "pack of 6", "tea"])
titles = st.lists(words, max_size=5).map(" ".join)


@given(titles, titles)
def test_every_conflict_is_among_them_and_first_and_turning_the_pair_turns_the_sides(left, right):
    found = compare_statements(left, right)
    assert {stated.kind for stated in found if stated.is_conflict} == set(name_conflicts(left, right))
    assert [stated.is_conflict for stated in found] == sorted((s.is_conflict for s in found), reverse=True)
    turned = {(stated.kind, stated.right, stated.left) for stated in compare_statements(right, left)}
    assert turned == {(stated.kind, stated.left, stated.right) for stated in found}


def test_columns_that_differ_come_first_and_empty_ones_not_at_all():
    left = {"item_id": "a", "title": "x", "seller": "Shop", "price": "5", "size": "", "brand": "ACME"}
    right = {"item_id": "b", "title": "y", "seller": " shop", "price": "6", "size": "", "brand": ""}
    rows = [(row.column, row.left, row.right, row.differs) for row in compare_columns(left, right)]
    assert rows == [("price", "5", "6", True), ("brand", "ACME", "", True), ("seller", "Shop", " shop", False)]
