"""Words as the windows of letters that they hold: what the bundled CharacterBERT reads.

Every run of two to five letters of a word, its begin and end counted as letters, is a row of a table. A misspelt, cut
or glued word still holds most of its windows, and no word is unknown.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from matcher.vectors.hashing import hash_numbers

WIDTHS = (2, 3, 4, 5)  # letters in a window
LONGEST = 48  # bytes of a word that are read
BEGIN, END = 1, 2  # stand before and behind each word; no text holds these bytes
TITLE_BEGIN, TITLE_END = "\x03", "\x04"  # words of their own around each title, as BERT's two signs

_normalizer = BertNormalizer(lowercase=True)
_pre_tokenizer = BertPreTokenizer()


def words_of(title: str, limit: int) -> list[str]:
    """Split a title like BERT's basic tokeniser: lower case, accents off, punctuation apart; `limit` words at most."""
    return [word for word, _ in _pre_tokenizer.pre_tokenize_str(_normalizer.normalize_str(title))[:limit]]


def title_windows(titles: Sequence[str], max_words: int, buckets: int) -> dict[str, NDArray[np.int64]]:
    """Write titles as windows of letters.

    Args:
        titles: B titles.
        max_words: Words kept of each, the two signs not counted.
        buckets: Rows of the table; 0 is kept free.

    Returns:
        "windows" of shape (B, S, G): a row of the table for each window of each word, 0 where there is none; and
        "mask" of shape (B, S): 1 for a word, 0 for filling.
    """
    split = [[TITLE_BEGIN, *words_of(title, max_words), TITLE_END] for title in titles]
    different, place = np.unique([word for words in split for word in words], return_inverse=True)
    ids = word_windows([str(word) for word in different], buckets)
    mask = np.zeros((len(titles), max(len(words) for words in split)), np.int64)
    for row, words in zip(mask, split, strict=True):
        row[: len(words)] = 1
    windows = np.zeros((*mask.shape, ids.shape[1]), np.int64)
    windows[mask == 1] = ids[place]
    return {"windows": windows, "mask": mask}


def word_windows(words: Sequence[str], buckets: int) -> NDArray[np.int64]:
    """Rows of the table for each word's windows, shape (W, G); 0 where a word has fewer. A word is cut to LONGEST."""
    letters = np.zeros((len(words), LONGEST + 2), np.uint64)
    lengths = np.zeros(len(words), np.int64)
    for row, word in enumerate(words):
        text = word.encode("utf-8", "ignore")[:LONGEST]
        letters[row, 0], letters[row, len(text) + 1] = BEGIN, END
        letters[row, 1 : len(text) + 1] = np.frombuffer(text, np.uint8)
        lengths[row] = len(text) + 2
    longest = int(lengths.max(initial=max(WIDTHS)))
    found = []
    for width in WIDTHS:
        places = max(longest, width) - width + 1
        hashed = np.full((len(words), places), width, np.uint64)
        for step in range(width):
            hashed = hash_numbers(hashed * np.uint64(1_000_003) + letters[:, step : step + places])
        rows = (hashed % np.uint64(buckets - 1)).astype(np.int64) + 1
        found.append(np.where(np.arange(places) + width <= lengths[:, None], rows, 0))
    return np.concatenate(found, axis=1)
