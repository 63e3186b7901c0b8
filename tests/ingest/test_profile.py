"""What a catalog is like, counted by hand on a small one."""

import pandas as pd
import pytest

from matcher.ingest.profile import (
    counts,
    label_sizes,
    languages,
    photos_under_several_labels,
    repeated_listings,
    repeated_photos,
    repeated_titles,
    size_distribution,
    titles_under_several_labels,
)

ROWS = [
    # id, title, image, photo, phash, label
    ("a", "Red Mug", "1.jpg", "x.jpg", "", "mug"),
    ("b", "red mug!", "2.jpg", "x.jpg", "", "cup"),
    ("c", "Blue mug", "3.jpg", "y.jpg", "", "mug"),
    ("d", "Blue mug", "4.jpg", "y.jpg", "", ""),
    ("e", "", "5.jpg", "", "", "tea"),
    ("f", "Green tea", "", "", "00ff00ff00ff00ff", "tea"),
    ("g", "Tea, green", "", "", "00ff00ff00ff00ff", "tea"),
]


@pytest.fixture
def listings():
    return pd.DataFrame(ROWS, columns=["item_id", "title", "image", "photo", "phash", "label"], dtype="str")


def test_counts(listings):
    found = counts(listings)
    assert (found.listings, found.titles, found.photos, found.broken) == (7, 6, 4, 1)
    assert (found.hashes, found.labelled, found.products) == (2, 6, 3)


def test_label_sizes_and_their_distribution(listings):
    sizes = label_sizes(listings)
    assert sizes.to_dict() == {"tea": 3, "mug": 2, "cup": 1}
    assert size_distribution(sizes).to_numpy().tolist() == [[1, 1, 1], [2, 1, 2], [3, 1, 3]]


def test_noise_is_what_stands_under_several_labels(listings):
    photos = photos_under_several_labels(listings)
    assert (photos.count, photos.affected, photos.measured) == (1, 2, 5)
    assert list(photos.frame["item_id"]) == ["b", "a"]
    titles = titles_under_several_labels(listings)
    assert (titles.count, titles.affected, titles.share) == (1, 2, 2 / 5)


def test_repeats_need_no_label(listings):
    assert [repeated_photos(listings).count, repeated_titles(listings).count] == [3, 2]
    assert repeated_listings(listings).affected == 4


def test_an_empty_catalog_has_no_noise(listings):
    nothing = photos_under_several_labels(listings.iloc[:0])
    assert (nothing.count, nothing.share) == (0, 0.0)


def test_languages_at_a_glance():
    titles = ["sepatu wanita murah warna hitam", "kaos pria lengan pendek", "tas selempang kulit asli"] * 8
    titles += ["stainless steel water bottle for kids", "leather wallet with card holder", "XR-200", ""] * 4
    found = languages(titles)
    shares = dict(zip(found.frame["language"], found.frame["titles"], strict=True))
    assert found.measured == 40
    assert shares["Indonesian or Malay"] == 24
    assert 6 <= shares["English"] <= 8
    assert shares["Unclear"] >= 8
    assert languages([]).measured == 0


def test_languages_whose_vowels_are_marks_are_seen():
    titles = ["กระเป๋าสะพายหนังแท้สีดำ", "รองเท้าวิ่งผู้ชาย น้ำหนักเบา"] * 5 + ["महिलाओं के लिए सूती कुर्ता"] * 5 + ["12 - 3"]
    found = languages(titles)
    assert dict(zip(found.frame["language"], found.frame["titles"], strict=True)) == {
        "Thai": 10,
        "Hindi": 5,
        "Unclear": 1,
    }
