"""Titles are made fit to encode without losing what tells products apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.text import clean_title, display_title, fold, plain, stop_words

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


ALIKE = [
    ("ＬＥＤ　Ｌａｍｐ　１２Ｗ", "led lamp 12w"),  # noqa: RUF001
    ("ｶｯﾌﾟ", "カップ"),
    ("ＣＲÈＭＥ Brûlée", "creme brulee"),
    ("½ inch", "1/2 inch"),
    ("30㎖", "30ml"),
    ("STRASSE ﬁne", "straße fine"),
    ("İznik Işık", "iznik isik"),  # noqa: RUF001
    ("USB‑C – Hub", "usb-c - hub"),  # noqa: RUF001
    ("Lodge™ 24\u00a0cm", "lodge 24 cm"),
    ("白色 茶杯 2 号", "白色茶杯 2 号"),
    ("Cковорода 26 cм", "сковорода 26 см"),  # noqa: RUF001
    ("Ёлка", "елка"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_looks_alike_is_folded_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "text", ["ชาเขียว", "हिंदी चाय", "чайник", "갈색 찻잔", "ガラス", "日本 tea cup", "10 - 20", "-5"]
)
def test_marks_that_are_letters_stay(text):
    assert fold(text) == text


@given(st.text())
def test_forms_of_unicode_are_one_and_nothing_is_lost_altogether(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))
    assert bool(fold(text)) == bool(text.strip())


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_full_width_is_the_same_to_the_eye(text):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text)
    assert fold(wide) == fold(text)


def test_traces_of_exports_are_undone():
    assert display_title(r"Tas &amp; Dompet \xe2\x9c\x94 asli") == "Tas & Dompet ✔ asli"
