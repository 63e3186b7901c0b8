"""Fit the table of letter windows to MiniLM's table of word pieces: ridge regression, solved by conjugate gradients."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from assets.characterbert.make.misspelling import mistype, shorten
from assets.characterbert.make.titles import Words, name
from matcher.encoders.titles.char_ngrams import TITLE_BEGIN, TITLE_END, word_windows
from matcher.progress import Progress, Report

SPOILED_WEIGHT, SIGN_WEIGHT = 0.5, 20.0  # of an example; a clean word's is 1
RIDGE = 0.02
Pieces = Callable[[Sequence[str]], Sequence[Sequence[int]]]
"""W words to the rows of each word's pieces, at least one each."""
STEP = "Fitting windows of letters to word pieces"


def word_targets(
    words: Sequence[str], pieces: Sequence[Sequence[int]], table: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What stands for each word in front of MiniLM, shape (W, D).

    Args:
        words: W words.
        pieces: Rows of the table of each word's pieces, at least one each.
        table: Shape (V, D).

    Returns:
        The sum over a word's pieces, divided by the root of their number: as long as one piece.
    """
    return np.stack([table[list(rows)].sum(axis=0) / np.sqrt(len(rows)) for rows in pieces]).astype(np.float32)


def fit_words(
    words: Words, names: int, pieces_of: Pieces, table: NDArray[np.float32], buckets: int, iterations: int,
    rng: np.random.Generator, report: Report,
) -> NDArray[np.float32]:  # fmt: skip
    """Fit the table to the vectors of words as they are written, and, for less, as they are misspelt or cut.

    Args:
        words: Whole words of the vocabulary and of the demo shop.
        names: How many are invented besides.
        pieces_of: Cuts words into MiniLM's word pieces.
        table: Shape (V, D), MiniLM's.
        buckets: Rows of the fitted table.
        iterations: Of the solver: after forty little changes.
        rng: Decides names and misspellings.
        report: Told after each iteration.

    Returns:
        Shape (buckets, D).
    """
    known = list(dict.fromkeys([*words.whole, *words.shop, *(name(words, rng) for _ in range(names))]))
    known += [letter for letter in map(chr, range(33, 127)) if not letter.isupper()]
    targets = word_targets(known, pieces_of(known), table)
    spoiled = [mistype(word, rng) if rng.random() < 0.75 else shorten(word, rng) for word in known]
    signs = pieces_of(["[CLS]", "[SEP]"])
    examples = _windows_matrix([*known, *spoiled, TITLE_BEGIN, TITLE_END], buckets)
    wanted = np.concatenate([targets, targets, word_targets(["", ""], signs, table)])
    weights = np.concatenate(
        [np.ones(len(known)), np.full(len(known), SPOILED_WEIGHT), np.full(2, SIGN_WEIGHT)]
    ).astype(np.float32)
    return _ridge(examples, wanted, weights, iterations, report)


def _windows_matrix(words: Sequence[str], buckets: int) -> csr_matrix:
    """Shape (W, buckets): what `WindowWords` multiplies its table with."""
    windows = word_windows(words, buckets)
    used = windows > 0
    counts = used.sum(axis=1)
    values = np.repeat(1 / np.sqrt(counts), counts).astype(np.float32)
    return csr_matrix((values, (np.nonzero(used)[0], windows[used])), shape=(len(words), buckets))


def _ridge(
    examples: csr_matrix, wanted: NDArray[np.float32], weights: NDArray[np.float32], iterations: int, report: Report
) -> NDArray[np.float32]:
    """Solve for the table (buckets, D), all columns at once.

    Source: Hestenes & Stiefel, "Methods of Conjugate Gradients for Solving Linear Systems", 1952, section 3.
    """
    weighted = csr_matrix(examples.multiply(weights[:, None]).T.tocsr())
    residual = np.asarray(weighted @ wanted, np.float32)
    table, direction = np.zeros_like(residual), residual.copy()
    size = (residual**2).sum(axis=0)
    for iteration in range(iterations):
        report(Progress(STEP, iteration, iterations))
        moved = weighted @ (examples @ direction) + RIDGE * direction
        step = size / (direction * moved).sum(axis=0)
        table += step * direction
        residual -= step * moved
        before, size = size, (residual**2).sum(axis=0)
        direction = residual + (size / before) * direction
    return table
