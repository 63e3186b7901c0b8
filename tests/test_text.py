"""Titles are made fit to encode without losing what tells products apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.text import clean_title, display_title, plain, stop_words

WORDS = stop_words()


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Sabun untuk Bayi dan Anak 250 ML", "sabun bayi anak 250 ml"),
        ("The Mug with a Handle", "mug handle"),
        ("Galaxy S, size M", "galaxy s, size m"),
        ("dan", "dan"),
        ("", ""),
    ],
)
def test_stop_words_go_and_sizes_stay(title, cleaned):
    assert clean_title(title, WORDS) == cleaned


@given(st.text())
def test_a_title_that_said_something_still_does(title):
    assert bool(clean_title(title, WORDS)) == bool(title.strip())


def test_more_languages_by_choice_and_unknown_ones_refused():
    assert "und" in stop_words(("de",))
    assert not stop_words(())
    with pytest.raises(DataError, match="no list of stop words for xx"):
        stop_words(("xx",))


@given(st.text())
def test_what_is_shown_is_one_plain_line(text):
    shown = plain(text)
    assert shown == shown.strip()
    assert not any(ord(letter) < 32 or "\u202a" <= letter <= "\u202e" for letter in shown)
    assert plain(shown) == shown


def test_traces_of_exports_are_undone():
    assert display_title(r"Tas &amp; Dompet \xe2\x9c\x94 asli") == "Tas & Dompet ✔ asli"
