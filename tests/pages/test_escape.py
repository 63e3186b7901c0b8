"""Strangers' text stays text where Streamlit reads Markdown."""

import re
from string import punctuation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._shared.escape import literal


@given(st.text(alphabet=st.sampled_from("ab1 \n\t" + punctuation), max_size=40))
def test_every_mark_is_escaped_and_nothing_is_lost(text: str) -> None:
    escaped = literal(text)
    seen = re.sub(r"\\(.)", r"\1", escaped).replace(
        "\u2060", ""
    )  # which breaks addresses up, as "1@1", and is not seen
    assert seen == " ".join(text.split())
    unescaped_marks = re.sub(r"\\.", "", escaped)
    assert not re.search(r"[\[\]()!*_`~#<>|$:]", unescaped_marks)


def test_a_picture_from_elsewhere_is_not_loaded() -> None:
    assert literal("![x](http://elsewhere)").startswith("\\!\\[x\\]\\(http\u2060\\:")


@pytest.mark.parametrize(
    "address", ["http://a.example", "HTTPS://a.example/x", "www.a.example", "mailto:a@b.example", "a@b.example"]
)
def test_a_bare_address_is_broken_up_and_looks_the_same(address: str) -> None:
    escaped = literal(f"see {address} now")
    seen = re.sub(r"\\(.)", r"\1", escaped)
    assert address not in seen
    assert seen.replace("\u2060", "") == f"see {address} now"
