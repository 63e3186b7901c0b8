"""A photo under many unlike titles says nothing; one that a product's listings share does."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.placeholders import placeholder_photos


def found(rows):
    return placeholder_photos([photo for photo, _ in rows], [title.split() for _, title in rows]).tolist()


def test_a_picture_under_unlike_titles_is_a_placeholder():
    unlike = [("none.jpg", f"{what} {of}") for what in ("lamp", "chair", "tent") for of in ("birch", "steel", "jute")]
    copies = [("own.jpg", f"camping tent green {extra}") for extra in ("new", "sale", "2024", "original")]
    assert found([*unlike, *copies, ("", "kettle"), ("", "sofa")]) == [True] * 9 + [False] * 6


def test_a_few_titles_or_titles_alike_are_none():
    assert not any(found([("a", "lamp"), ("a", "tent"), ("a", "rope")]))
    assert not any(found([("a", f"lamp {number}") for number in range(50)]))
    assert not any(found([("a", "")] * 50))  # no titles: nothing is known of what they are


some_rows = st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["x", "y", "z w", "v", "x y", ""])))


@given(some_rows, st.randoms())
def test_the_order_of_listings_plays_no_part(rows, random):
    known = dict(zip(rows, found(rows), strict=True))
    random.shuffle(rows)
    assert found(rows) == [known[row] for row in rows]
