"""How a training is examined after each epoch: on products kept out of it, in a pool as large as it will serve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from matcher.encoders.backbones import Backbone
from matcher.encoders.fine_tuned import side_by_side
from matcher.progress import Heartbeat, no_heartbeat
from matcher.training.data.augmented_inputs import TitleCopies
from matcher.training.data.split import TRAIN, TUNE
from matcher.training.data.title_augmentation import edit_title
from matcher.training.loop import encode
from matcher.training.loss import Source
from matcher.training.retrieval_score import PoolScore, pool_score
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.whitening import MOST_DIRECTIONS, PHOTO_DIRECTIONS, Whitening, fit_whitening

MOST_IN_POOL = 6_000  # listings; a larger pool would cost more than the training that it watches
LEAST_TAUGHT = 3_000  # of them that are learned from, where there are so many: whitening is learned from these
LETTER_SHARES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LETTERS_WITHOUT_LABELS = 0.7
"""Edited copies of a title keep its words, so they would take next to no letters. Whitened MiniLM on half the products
of four catalogs, F1 with 0, 0.7 and the best share of letters: .826 .884 .895, .898 .904 .906, .822 .862 .863 and .542
.708 .743."""


@dataclass(frozen=True)
class Exam:
    """Questions with known answers.

    Attributes:
        vectors: A model's vectors for the M rows of the exam, not normalised; told after each batch.
        codes: Shape (M,). Product of each row.
        asked: Shape (M,). Rows that are asked about; all are the pool.
        taught: Shape (M,). Rows that are learned from, and that a whitening may be learned from.
        titles: Title of each row; empty for photos.
        by_labels: Whether the answers are labels; if not, they are edited copies, and say nothing of a threshold.
    """

    vectors: Callable[[nn.Module, Heartbeat], NDArray[np.float32]]
    codes: NDArray[np.int32]
    asked: NDArray[np.bool_]
    taught: NDArray[np.bool_]
    titles: Sequence[str]
    by_labels: bool

    def score(self, model: nn.Module, heartbeat: Heartbeat = no_heartbeat) -> PoolScore:
        """Measure a model as it is."""
        return self.score_of(unit_rows(self.vectors(model, heartbeat)))

    def score_whitened(self, model: nn.Module, heartbeat: Heartbeat = no_heartbeat) -> PoolScore:
        """Measure a model with a whitening behind it, if it is the better for it."""
        return self.whiten(unit_rows(self.vectors(model, heartbeat)))[0]

    def whiten(self, rows: NDArray[np.float32]) -> tuple[PoolScore, Whitening | None]:
        """The better score of unit vectors as they are and whitened, and the whitening unless they are better as is.

        A network that many products have taught spreads its vectors by what tells products apart, and whitening would
        undo that: of titles of 5,600 products F1 was 0.701 as they were and 0.625 whitened; of 600 products 0.873 and
        0.882. Edited copies of a listing do not tell whether others of its product are found: there it is whitened.
        """
        learned = self.whitening_of(rows)
        whitened = self.score_of(learned(rows))
        plain = self.score_of(rows) if self.by_labels else whitened
        return (plain, None) if plain.f1 > whitened.f1 else (whitened, learned)

    def whitening_of(self, rows: NDArray[np.float32]) -> Whitening:
        """Learn whitening from those of the exam's vectors that may be learned from."""
        return fit_whitening(rows[self.taught], MOST_DIRECTIONS if self.titles else PHOTO_DIRECTIONS)

    def score_of(self, rows: NDArray[np.float32]) -> PoolScore:
        """Measure unit vectors of the exam's rows."""
        return pool_score(embeddings_of(rows), self.codes, self.asked)


def label_exam(
    source: Source, codes: NDArray[np.int32], sides: NDArray[np.int8], titles: Sequence[str], seed: int
) -> Exam | None:
    """Find the other listings of a product by its label; None if no product kept out has two listings.

    Args:
        source: Inputs of N listings.
        codes: Shape (N,), -1 where unknown.
        sides: Shape (N,). Side of the split; the tune side is asked about.
        titles: Length N, or empty for photos.
        seed: Of the strangers that are left out where there are too many.
    """
    asked = (sides == TUNE) & (codes >= 0)
    if not asked.any() or np.bincount(codes[asked]).max() < 2:
        return None
    rng = np.random.default_rng(seed)
    asked &= _some_products(codes, asked, MOST_IN_POOL - LEAST_TAUGHT, rng)
    taught, others = (rng.permutation(np.flatnonzero(~asked & side)) for side in (sides == TRAIN, sides != TRAIN))
    strangers = np.concatenate([taught[:LEAST_TAUGHT], rng.permutation(np.append(taught[LEAST_TAUGHT:], others))])
    rows = np.sort(np.append(np.flatnonzero(asked), strangers[: MOST_IN_POOL - int(asked.sum())]))
    shown = [titles[row] for row in rows.tolist()] if titles else []
    taught_rows = sides[rows] == TRAIN
    return Exam(
        lambda model, heartbeat: encode(model, source, rows, heartbeat=heartbeat),
        codes[rows],
        asked[rows],
        taught_rows,
        shown,
        True,
    )


def _some_products(
    codes: NDArray[np.int32], asked: NDArray[np.bool_], most: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Listings of some whole products, drawn at random: no more than `most`, but one product at least; shape (N,)."""
    sizes = np.bincount(codes[asked])
    order = rng.permutation(len(sizes))
    drawn = np.zeros(len(sizes), dtype=bool)
    drawn[order] = np.cumsum(sizes[order]) <= max(most, sizes.max())
    known: NDArray[np.bool_] = np.append(drawn, False)[np.clip(codes, -1, len(sizes))]
    return known


def copy_exam(source: Source, sides: NDArray[np.int8], titles: Sequence[str], backbone: Backbone, seed: int) -> Exam:
    """Find the listing that an edited copy was made of; needs no label. Arguments as for `label_exam`."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(sides))[:MOST_IN_POOL])
    asked = np.flatnonzero(sides[rows] == TUNE)
    codes = np.concatenate([np.arange(len(rows)), asked]).astype(np.int32)
    is_asked = np.arange(len(codes)) >= len(rows)
    taught = np.concatenate([sides[rows] == TRAIN, np.zeros(len(asked), dtype=bool)])
    if titles:
        shown = [titles[row] for row in rows.tolist()] + [edit_title(titles[row], rng) for row in rows[asked].tolist()]
        copies = TitleCopies(backbone, shown)
        every = np.arange(len(shown))
        return Exam(
            lambda model, heartbeat: encode(model, copies, every, heartbeat=heartbeat),
            codes,
            is_asked,
            taught,
            shown,
            False,
        )

    def vectors(model: nn.Module, heartbeat: Heartbeat) -> NDArray[np.float32]:
        edits = np.random.default_rng(seed + 1)  # the same copies after each epoch
        plain = encode(model, source, rows, heartbeat=heartbeat)
        return np.concatenate([plain, encode(model, source, rows[asked], edits=edits, heartbeat=heartbeat)])

    return Exam(vectors, codes, is_asked, taught, [], False)


def best_letter_share(
    exam: Exam, vectors: NDArray[np.float32], letters: NDArray[np.float32]
) -> tuple[float, PoolScore]:
    """How much the letters should count beside a trained network, and the score that gives; fixed without labels.

    Args:
        exam: Of titles.
        vectors: Shape (M, D), unit rows, the network's.
        letters: Shape (M, L), unit rows.
    """
    shares = LETTER_SHARES if exam.by_labels else (LETTERS_WITHOUT_LABELS,)
    scores = {share: exam.score_of(side_by_side(vectors, letters, share)) for share in shares}
    best = max(scores, key=lambda share: scores[share].f1)
    return best, scores[best]
