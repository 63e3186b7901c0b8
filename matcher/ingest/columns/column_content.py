"""What a column holds, whatever it is called: ids, titles, pictures, hashes, products or kinds of goods."""

import re
from itertools import pairwise

import pandas as pd

LOOKED_AT = 500  # rows; enough to see what a column holds
_PICTURE = r"\.(?:jpe?g|jfif|jpe|png|webp|gif|bmp|avif)(?:[?#][^|;,\s]*)?(?=$|[\s|;,\"'\]}:])"
_HASH = r"(?:0x)?[0-9a-fA-F]{16}"
_WORD = re.compile(r"\w+")
_FEW_ROWS = 20  # below it, that no value repeats says nothing
# Rows, and rows under a value, from which a column can be told for kinds of goods: later where its name says products.
_BOUNDS = {False: (10, 3), True: (30, 5)}
_PAIRS = 300  # of titles looked at
_LATER = re.compile(
    r"additional|gallery|extra|other|more|alt|hover|swatch|back|size|zusatz|weitere|galer", re.IGNORECASE
)
_SMALL = re.compile(r"small|thumb|mini|icon", re.IGNORECASE)
_FIRST = re.compile(r"base|main|primary|first|cover|front|haupt|principal|utama|(?:^|\D)0?1(?:\D|$)", re.IGNORECASE)


def _filled(cells: pd.Series) -> pd.Series:
    return cells[cells != ""]


def holds_pictures(cells: pd.Series) -> bool:
    """Whether nearly all cells name picture files."""
    shown = _filled(cells.head(LOOKED_AT))
    return len(shown) > 0 and bool(shown.str.contains(_PICTURE, case=False, regex=True).mean() > 0.8)


def photo_rank(name: str, cells: pd.Series) -> tuple[int, float, int]:
    """Sort key for columns of pictures, the best first: base photos before others, then those that differ most."""
    kind = 3 if _LATER.search(name) else 2 if _SMALL.search(name) else 0 if _FIRST.search(name) else 1
    shown = _filled(cells.head(LOOKED_AT))
    several = bool((shown.str.count(_PICTURE, flags=re.IGNORECASE) > 1).mean() > 0.2)
    return kind, -shown.nunique() / max(len(shown), 1), several


def fits_ids(cells: pd.Series) -> bool:
    """Whether nearly all rows have a value of their own."""
    shown = _filled(cells.head(LOOKED_AT))
    return len(shown) >= 0.9 * len(cells.head(LOOKED_AT)) and shown.nunique() >= 0.99 * len(shown)


def fits_hashes(cells: pd.Series) -> bool:
    """Whether most cells can be a perceptual hash; a column of another digest is told by its length."""
    shown = _filled(cells.head(LOOKED_AT))
    return not len(shown) or len(cells) < _FEW_ROWS or bool(shown.str.fullmatch(_HASH).mean() > 0.5)


def fits_titles(cells: pd.Series) -> bool:
    """Whether a column that is named as titles are is filled, and is neither numbers nor the same few words."""
    head = cells.head(LOOKED_AT)
    shown = _filled(head)
    if len(head) < _FEW_ROWS:
        return len(shown) > 0 or not len(head)
    has_letters = shown.str.contains(r"[^\W\d_]", regex=True).mean() if len(shown) else 0.0
    return bool(len(shown) > 0.3 * len(head) and has_letters > 0.5 and shown.nunique() > 0.1 * len(shown))


def title_score(cells: pd.Series) -> float:
    """How much a column reads like titles, which differ, have words and are short: 0 not at all, 1 and more surely."""
    head = cells.head(LOOKED_AT)
    shown = _filled(head)
    if not len(shown) or len(shown) < 0.5 * len(head):
        return 0.0
    if shown.str.contains(r"^https?://|" + _PICTURE, case=False, regex=True).mean() > 0.2:
        return 0.0
    words = shown.str.count(r"\S+")
    letters = shown.str.contains(r"[^\W\d_]", regex=True).mean()
    if letters < 0.9 or words.mean() < 1.5 or shown.nunique() < 0.5 * len(shown):
        return 0.0
    length = float(shown.str.len().mean())
    brevity = 1.0 if length <= 120 else max(0.2, 120 / length)
    distinct = shown.nunique() / len(shown)
    return float(distinct * brevity * len(shown) / len(head) * min(1.0, words.mean() / 2) + 0.01 * min(words.mean(), 5))


def repeats(cells: pd.Series) -> bool:
    """Whether some value stands in two rows; in a small table it need not."""
    shown = _filled(cells)
    return len(shown) > 0 and (len(shown) < _FEW_ROWS or shown.nunique() < len(shown))


def is_category(cells: pd.Series, titles: pd.Series, *, is_said: bool) -> bool:
    """Whether values name kinds of goods: many rows under each, and titles under one are hardly more alike than others.

    Args:
        cells: Shape (N,).
        titles: Shape (N,). Of the same rows.
        is_said: Whether the column is named as one of products, so that more is needed to contradict it.
    """
    shown = _filled(cells)
    rows, under_one = _BOUNDS[is_said]
    if len(shown) < rows:
        return False
    mean_rows = len(shown) / shown.nunique()
    if mean_rows < under_one or (is_said and shown.nunique() == 1):
        return False
    words = {row: frozenset(_WORD.findall(title.casefold())) for row, title in titles.loc[shown.index].items()}
    order = shown.sample(frac=1, random_state=0)  # so that neighbours in the file are not the pairs
    within: list[float] = []
    for _, group in order.groupby(order, sort=False):
        some = group.index[:8]
        within += [_overlap(words[one], words[other]) for one, other in pairwise(some)]
        if len(within) > _PAIRS:
            break
    across = [_overlap(words[one], words[other]) for one, other in zip(order.index[:_PAIRS], order.index[1:_PAIRS + 1],
                                                                      strict=False)]  # fmt: skip
    alike = sum(within) / max(len(within), 1)
    gained = alike - sum(across) / max(len(across), 1)
    return gained < 0.1 or alike < min(0.6, 0.1 + mean_rows / 50)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
