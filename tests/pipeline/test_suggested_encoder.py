"""Titles that are not mostly English get the encoder suggested that reads their languages; others none."""

import pandas as pd
import pytest

from matcher.ingest.profile import LANGUAGES, Languages, languages
from matcher.pipeline.default_recipe import suggest_encoder

ENGLISH = ["stainless steel water bottle for kids", "leather wallet with card holder", "wooden table for the garden"]
THAI = ["กระเป๋าสะพายหนังแท้สีดำ", "รองเท้าวิ่งผู้ชายน้ำหนักเบา", "หม้อหุงข้าวไฟฟ้าขนาดเล็ก"]
HINDI = ["महिलाओं के लिए सूती कुर्ता", "बच्चों के लिए पानी की बोतल", "चमड़े का काला बटुआ"]


def counted(**titles: int) -> Languages:
    names = {"unclear": "Unclear"} | LANGUAGES
    frame = pd.DataFrame({"language": [names[code] for code in titles], "titles": list(titles.values())})
    return Languages(frame, sum(titles.values()))


@pytest.mark.parametrize(
    ("titles", "share"),
    [
        ({"th": 10}, 1.0),
        ({"en": 4, "th": 3, "ru": 3}, 1.0),
        ({"en": 4, "hi": 2, "id": 4}, 0.8),
        ({"th": 3, "unclear": 40}, 1.0),
        ({"en": 5, "th": 5}, None),  # English is not outnumbered
        ({"en": 9, "th": 1}, None),
        ({"hi": 9, "es": 1}, None),  # nobody here reads Hindi
        ({"unclear": 9}, None),
        ({}, None),
    ],
)
def test_it_depends_on_the_languages_that_are_clear(titles, share):
    suggested = suggest_encoder(counted(**titles))
    if share is None:
        assert suggested is None
    else:
        assert suggested is not None
        assert (suggested[0].id, suggested[1]) == ("use", pytest.approx(share))


@pytest.mark.parametrize(("titles", "expected"), [(ENGLISH, None), (THAI, "use"), (HINDI, None)])
def test_titles_themselves(titles, expected):
    suggested = suggest_encoder(languages(titles * 5))
    assert (suggested[0].id if suggested else None) == expected
