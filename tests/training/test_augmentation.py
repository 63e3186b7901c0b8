import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matcher.training.data.photo_augmentation import PhotoEdits, edit_photo
from matcher.training.data.title_augmentation import NEIGHBOURING_KEYS, SPAM, TitleEdits, edit_title, misspell

NONE = TitleEdits(cut=0, drop=0, shuffle=0, move=0, typo=0, abbreviate=0, glue=0, spam=0)
seeds = st.integers(0, 2**32)
SPAM_WORDS = {word for spam in SPAM for word in spam.split()}


def only(**edits):
    return TitleEdits(**{**vars(NONE), **edits})


def photo(seed=0, size=(90, 60)):
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


# Titles


@given(st.text(max_size=60), seeds)
def test_any_title_can_be_edited_and_the_seed_decides(title, seed):
    first, again = (edit_title(title, np.random.default_rng(seed)) for _ in range(2))
    assert first == again
    assert bool(first.strip()) == bool(title.strip())


@given(st.lists(st.sampled_from(["Lampu", "LED", "250ml", "Philips", "5W"]), min_size=1, max_size=8), seeds)
def test_without_edits_a_title_stays(words, seed):
    title = " ".join(words)
    assert edit_title(title, np.random.default_rng(seed), NONE) == title


@given(st.permutations(["Lampu", "LED", "250ml", "Philips", "5W"]), seeds)
def test_shuffling_keeps_the_words(words, seed):
    edited = edit_title(" ".join(words), np.random.default_rng(seed), only(shuffle=0.5, move=1))
    assert sorted(edited.split()) == sorted(words)


@given(seeds)
def test_numbers_are_never_misspelt(seed):
    edited = edit_title("sabun 250ml 1000mg B2B45", np.random.default_rng(seed), only(typo=0.5, abbreviate=0.5))
    assert edited.split()[1:] == ["250ml", "1000mg", "B2B45"]


@given(seeds)
def test_a_typo_is_one_letter_away(seed):
    edited = edit_title("philips", np.random.default_rng(seed), only(typo=1))
    lengths = {"dropped": 6, "swapped or replaced": 7, "doubled": 8}
    assert len(edited) in lengths.values()
    assert set(edited) <= set("philips") | {key for letter in "philips" for key in NEIGHBOURING_KEYS[letter]}


def test_spam_stands_at_the_ends():
    edited = [edit_title("kursi kayu jati", np.random.default_rng(seed), only(spam=1)) for seed in range(50)]
    for title in edited:
        assert "kursi kayu jati" in title
        added = title.replace("kursi kayu jati", "").lower().split()
        assert added
        assert set(added) <= SPAM_WORDS


def test_dropping_leaves_a_word_and_gluing_no_gap():
    rng = np.random.default_rng(0)
    assert edit_title("satu dua tiga", rng, only(drop=1)) == "satu"
    assert edit_title("satu dua tiga", rng, only(glue=1)) == "satuduatiga"


def test_most_titles_change_and_most_words_stay():
    title = "Philips LED Bulb 5W Cool Daylight E27"
    edited = [edit_title(title, np.random.default_rng(seed)) for seed in range(200)]
    kept = [len(set(title.split()) & set(copy.split())) / len(title.split()) for copy in edited]
    assert np.mean([copy != title for copy in edited]) > 0.7
    assert np.mean(kept) > 0.6


# Photos

EACH = list(vars(PhotoEdits()))


@pytest.mark.parametrize("edit", EACH)
@given(seed=seeds)
def test_each_edit_gives_a_photo(edit, seed):
    edits = PhotoEdits(**{name: float(name == edit) for name in EACH})
    before = photo()
    edited = edit_photo(before, np.random.default_rng(seed), edits)
    assert edited.mode == "RGB"
    assert min(edited.size) >= 8
    assert max(edited.size) <= 3 * max(before.size)
    assert before.tobytes() == photo().tobytes()  # the photo given is left alone


@pytest.mark.parametrize("edit", EACH)
def test_each_edit_changes_something(edit):
    edits = PhotoEdits(**{name: float(name == edit) for name in EACH})
    changed = [edit_photo(photo(), np.random.default_rng(seed), edits) for seed in range(10)]
    assert any(copy.size != photo().size or copy.tobytes() != photo().tobytes() for copy in changed)


def test_without_edits_a_photo_stays():
    edits = PhotoEdits(**dict.fromkeys(EACH, 0.0))
    assert edit_photo(photo(), np.random.default_rng(0), edits).tobytes() == photo().tobytes()


@pytest.mark.parametrize("size", [(8, 8), (9, 400), (400, 9)])
def test_odd_shapes_survive_all_edits(size):
    edits = PhotoEdits(**dict.fromkeys(EACH, 1.0))
    for seed in range(20):
        assert min(edit_photo(photo(size=size), np.random.default_rng(seed), edits).size) >= 1


def test_the_seed_decides():
    first, again, other = (edit_photo(photo(), np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("slip", "expected"),
    [("lost", "lmp"), ("doubled", "laamp"), ("swapped", "lmap"), ("other key", "lsmp"), ("further key", "lasmp")],
)
def test_a_finger_slips_in_five_ways(slip, expected):
    assert misspell("lamp", 1, slip, "s") == expected
