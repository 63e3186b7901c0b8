"""What is known of a pair of listings, as numbers that a model can learn from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.matching.conflicts import Relation, relations
from matcher.matching.pair_model.lists import list_features
from matcher.matching.pair_model.words import letter_features, low_high, word_features
from matcher.matching.title_facts.attributes import KINDS, attributes_of
from matcher.matching.title_facts.quantities import AMOUNTS
from matcher.progress import Progress, Report, silent
from matcher.vectors.candidate_pairs import CandidatePairs

# From the strongest word against one product to the strongest for it.
ORDER = (Relation.CONFLICT, Relation.ONE_SIDED, Relation.NEITHER, Relation.PARTIAL, Relation.EQUAL)
_SCALE = np.argsort(np.array(ORDER)).astype(np.float32) - 2
STEP = "Comparing pairs"


@dataclass(frozen=True)
class PairFeatures:
    """Features of P pairs; the same whichever of the two listings comes first.

    Attributes:
        names: What each column is: the family, a dot, the feature.
        values: Shape (P, F). Not a number where a pair lacks what a feature needs.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]

    def of(self, families: Sequence[str]) -> "PairFeatures":
        """The columns of some families only."""
        kept = [number for number, name in enumerate(self.names) if name.split(".")[0] in families]
        return PairFeatures(tuple(self.names[number] for number in kept), self.values[:, kept])

    def chosen(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "PairFeatures":
        """Some of the pairs."""
        return PairFeatures(self.names, self.values[rows])


def pair_features(
    pairs: CandidatePairs,
    titles: Sequence[str],
    photos: Sequence[str] = (),
    further: Mapping[str, NDArray[np.float32]] | None = None,
    report: Report = silent,
) -> PairFeatures:
    """Compute all features of candidate pairs.

    Train and apply a model on features of pools of like make: what stands relative to a listing's list changes with the
    number of candidates.

    Args:
        pairs: P candidate pairs of N listings.
        titles: N titles as sellers wrote them.
        photos: What tells the photo of each listing from others, "" for none; () if there are no photos.
        further: Distances of other encoders by name, shape (P,) each, infinite where there is none.
        report: Told which family is computed; may raise Cancelled.

    Raises:
        DataError: Not one title, photo or distance for each.
    """
    distances = {**pairs.distance, **(further or {})}
    if len(titles) != pairs.n or (photos and len(photos) != pairs.n):
        raise DataError(
            f"{len(titles)} titles and {len(photos)} photos came with {pairs.n} listings; expected one each."
        )
    if wrong := [name for name, values in distances.items() if values.shape != (len(pairs),)]:
        raise DataError(f"The distance {wrong[0]} does not have one value for each of {len(pairs)} pairs.")
    families: dict[str, Callable[[], dict[str, NDArray[np.float32]]]] = {
        "distance": lambda: {name: _known(values) for name, values in distances.items()},
        "list": lambda: {
            f"{name}_{feature}": values
            for name, distance in distances.items()
            for feature, values in list_features(pairs, distance).items()
        },
        "words": lambda: word_features(pairs, titles),
        "letters": lambda: letter_features(pairs, titles),
        "conflict": lambda: conflict_features(pairs, titles),
        "photo": lambda: photo_features(pairs, photos) if photos else {},
    }
    names: list[str] = []
    columns: list[NDArray[np.float32]] = []
    for done, (family, compute) in enumerate(families.items()):
        report(Progress(STEP, done, len(families)))
        for name, values in compute().items():
            names.append(f"{family}.{name}")
            columns.append(values)
    report(Progress(STEP, len(families), len(families)))
    return PairFeatures(tuple(names), np.stack(columns, axis=1) if columns else np.zeros((len(pairs), 0), np.float32))


def conflict_features(pairs: CandidatePairs, titles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """How what two titles state lies together: for each kind: -2 a conflict, 0 neither states any, 2 equal.

    Returns:
        Name to shape (P,); amounts_against and amounts_for: how many kinds of amounts conflict, and agree.
    """
    attributes = attributes_of(titles)
    features = {kind: _SCALE[relations(attributes, kind, pairs.left, pairs.right)] for kind in KINDS}
    amounts = np.stack([features[kind] for kind in AMOUNTS])
    return features | {
        "amounts_against": (amounts == -2).sum(axis=0).astype(np.float32),
        "amounts_for": (amounts > 0).sum(axis=0).astype(np.float32),
    }


def photo_features(pairs: CandidatePairs, photos: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Whether two listings show the very same picture, and how many listings show the picture of either."""
    _, number, count = np.unique(np.array(photos, dtype=np.str_), return_inverse=True, return_counts=True)
    has = np.array([photo != "" for photo in photos])
    often = np.where(has, count[number], 0)
    same = (number[pairs.left] == number[pairs.right]) & has[pairs.left]
    return {"same": same.astype(np.float32)} | low_high("copies", often[pairs.left], often[pairs.right])


def _known(distance: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.isfinite(distance), distance, np.float32(np.nan))
