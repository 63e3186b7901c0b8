"""How a training is validated after each epoch: on products kept out of it, in a pool as large as it will serve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from matcher.encoders.backbones import Backbone
from matcher.encoders.fine_tuned import side_by_side
from matcher.progress import Heartbeat, no_heartbeat
from matcher.training.data.augmented_inputs import AugmentedTitles
from matcher.training.data.split import TRAIN, TUNE
from matcher.training.data.title_augmentation import edit_title
from matcher.training.loop import encode
from matcher.training.loss import Source
from matcher.training.retrieval_score import RetrievalScore, score_retrieval
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.whitening import MOST_DIRECTIONS, PHOTO_DIRECTIONS, Whitening, fit_whitening

MOST_IN_POOL = 6_000  # listings; a larger pool would cost more than the training that it watches
LEAST_TRAINING_ROWS = 3_000  # of them, where there are so many: whitening is learned from these
LETTER_SHARES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LETTERS_WITHOUT_LABELS = 0.7
"""Edited copies of a title keep its words, so they would take next to no letters. Whitened MiniLM on half the products
of four catalogs, F1 with 0, 0.7 and the best share of letters: .826 .884 .895, .898 .904 .906, .822 .862 .863 and .542
.708 .743."""


@dataclass(frozen=True)
class Validation:
    """Queries with known matches, in a pool of M rows.

    Attributes:
        encode: A model's vectors for the M rows, not normalised; the heartbeat is called after each batch.
        codes: Shape (M,). Product of each row.
        is_query: Shape (M,). Rows whose matches are scored; all are the pool.
        is_training: Shape (M,). Training rows: those that a whitening may be learned from.
        titles: Title of each row; empty for photos.
        by_labels: Whether the matches are known from labels; if not, they are edited copies, and say nothing of a
            threshold.
    """

    encode: Callable[[nn.Module, Heartbeat], NDArray[np.float32]]
    codes: NDArray[np.int32]
    is_query: NDArray[np.bool_]
    is_training: NDArray[np.bool_]
    titles: Sequence[str]
    by_labels: bool

    def score_model(self, model: nn.Module, heartbeat: Heartbeat = no_heartbeat) -> RetrievalScore:
        """Measure a model as it is."""
        return self.score_vectors(unit_rows(self.encode(model, heartbeat)))

    def score_whitened(self, model: nn.Module, heartbeat: Heartbeat = no_heartbeat) -> RetrievalScore:
        """Measure a model with a whitening behind it, if it is the better for it."""
        return self.whiten(unit_rows(self.encode(model, heartbeat)))[0]

    def whiten(self, rows: NDArray[np.float32]) -> tuple[RetrievalScore, Whitening | None]:
        """The better score of unit vectors as they are and whitened, and the whitening unless they are better as is.

        A network trained on many products spreads its vectors by what tells products apart, and whitening would
        undo that: of titles of 5,600 products F1 was 0.701 as they were and 0.625 whitened; of 600 products 0.873 and
        0.882. Edited copies of a listing do not tell whether others of its product are found: there it is whitened.
        """
        whitening = self.fit_whitening(rows)
        whitened = self.score_vectors(whitening(rows))
        plain = self.score_vectors(rows) if self.by_labels else whitened
        return (plain, None) if plain.f1 > whitened.f1 else (whitened, whitening)

    def fit_whitening(self, rows: NDArray[np.float32]) -> Whitening:
        """Learn whitening from the vectors of the training rows."""
        return fit_whitening(rows[self.is_training], MOST_DIRECTIONS if self.titles else PHOTO_DIRECTIONS)

    def score_vectors(self, rows: NDArray[np.float32]) -> RetrievalScore:
        """Measure unit vectors of the M rows."""
        return score_retrieval(embeddings_of(rows), self.codes, self.is_query)


def prepare_label_validation(
    source: Source, codes: NDArray[np.int32], sides: NDArray[np.int8], titles: Sequence[str], seed: int
) -> Validation | None:
    """Find the other listings of a product by its label; None if no product kept out has two listings.

    Args:
        source: Inputs of N listings.
        codes: Shape (N,), -1 where unknown.
        sides: Shape (N,). Side of the split; the tune side gives the queries.
        titles: Length N, or empty for photos.
        seed: Of the distractors that are left out where there are too many.
    """
    is_query = (sides == TUNE) & (codes >= 0)
    if not is_query.any() or np.bincount(codes[is_query]).max() < 2:
        return None
    rng = np.random.default_rng(seed)
    is_query &= _draw_products(codes, is_query, MOST_IN_POOL - LEAST_TRAINING_ROWS, rng)
    training, others = (rng.permutation(np.flatnonzero(~is_query & side)) for side in (sides == TRAIN, sides != TRAIN))
    rest = rng.permutation(np.append(training[LEAST_TRAINING_ROWS:], others))
    distractors = np.concatenate([training[:LEAST_TRAINING_ROWS], rest])
    rows = np.sort(np.append(np.flatnonzero(is_query), distractors[: MOST_IN_POOL - int(is_query.sum())]))
    shown = [titles[row] for row in rows.tolist()] if titles else []

    def encode_rows(model: nn.Module, heartbeat: Heartbeat) -> NDArray[np.float32]:
        return encode(model, source, rows, heartbeat=heartbeat)

    return Validation(encode_rows, codes[rows], is_query[rows], sides[rows] == TRAIN, shown, True)


def _draw_products(
    codes: NDArray[np.int32], is_query: NDArray[np.bool_], most: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Listings of some whole products, drawn at random: no more than `most`, but one product at least; shape (N,)."""
    sizes = np.bincount(codes[is_query])
    order = rng.permutation(len(sizes))
    drawn = np.zeros(len(sizes), dtype=bool)
    drawn[order] = np.cumsum(sizes[order]) <= max(most, sizes.max())
    known: NDArray[np.bool_] = np.append(drawn, False)[np.clip(codes, -1, len(sizes))]
    return known


def prepare_copy_validation(
    source: Source, sides: NDArray[np.int8], titles: Sequence[str], backbone: Backbone, seed: int
) -> Validation:
    """Find the listing that an edited copy was made of; needs no label. Arguments as for `prepare_label_validation`."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(sides))[:MOST_IN_POOL])
    edited = np.flatnonzero(sides[rows] == TUNE)
    codes = np.concatenate([np.arange(len(rows)), edited]).astype(np.int32)
    is_query = np.arange(len(codes)) >= len(rows)
    is_training = np.concatenate([sides[rows] == TRAIN, np.zeros(len(edited), dtype=bool)])
    if titles:
        shown = [titles[row] for row in rows.tolist()] + [edit_title(titles[row], rng) for row in rows[edited].tolist()]
        inputs, every = AugmentedTitles(backbone, shown), np.arange(len(shown))

        def encode_titles(model: nn.Module, heartbeat: Heartbeat) -> NDArray[np.float32]:
            return encode(model, inputs, every, heartbeat=heartbeat)

        return Validation(encode_titles, codes, is_query, is_training, shown, False)

    def encode_both(model: nn.Module, heartbeat: Heartbeat) -> NDArray[np.float32]:
        edits = np.random.default_rng(seed + 1)  # the same copies after each epoch
        plain = encode(model, source, rows, heartbeat=heartbeat)
        return np.concatenate([plain, encode(model, source, rows[edited], edits=edits, heartbeat=heartbeat)])

    return Validation(encode_both, codes, is_query, is_training, [], False)


def choose_letter_share(
    validation: Validation, vectors: NDArray[np.float32], letters: NDArray[np.float32]
) -> tuple[float, RetrievalScore]:
    """How much the letters should count beside a trained network, and the score that gives; fixed without labels.

    Args:
        validation: Of titles.
        vectors: Shape (M, D), unit rows, the network's.
        letters: Shape (M, L), unit rows.
    """
    shares = LETTER_SHARES if validation.by_labels else (LETTERS_WITHOUT_LABELS,)
    scores = {share: validation.score_vectors(side_by_side(vectors, letters, share)) for share in shares}
    best = max(scores, key=lambda share: scores[share].f1)
    return best, scores[best]
