"""Distances by encoders that were trained on the very listings of a catalog, as those of new listings never are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.model_card import is_run
from matcher.ingest.catalog import Catalog
from matcher.matching.pair_model.features import PairFeatures
from matcher.pipeline.encoding import Encoded
from matcher.pipeline.pair_model.features import RULE
from matcher.storage.workspace import Workspace
from matcher.training.provenance import find_training_rows
from matcher.vectors.candidate_pairs import CandidatePairs

JOINT = ("fused", RULE)  # distances that both modalities are in


@dataclass(frozen=True)
class Trained:
    """Which listings of a catalog the encoders in use were trained on.

    Attributes:
        rows: Modality ("text", "image") to shape (N,): whether its encoder was trained on the listing's product. Only
            modalities whose encoder was trained on some.
    """

    rows: Mapping[str, NDArray[np.bool_]]

    def is_touched(self, pairs: CandidatePairs) -> Mapping[str, NDArray[np.bool_]]:
        """Distance to shape (P,): whether the encoders behind it were trained on both listings of a pair."""
        touched = {name: rows[pairs.left] & rows[pairs.right] for name, rows in self.rows.items()}
        if touched:
            either = np.any(list(touched.values()), axis=0)
            touched |= {name: np.asarray(either) for name in JOINT}
        return touched

    def weight(self, pairs: CandidatePairs) -> NDArray[np.float64]:
        """What each pair counts in learning, shape (P,).

        Half, where one of its two was trained on: among new listings such a pair is on the lists of both, here only the
        other's list is like theirs.
        """
        one_sided = [rows[pairs.left] ^ rows[pairs.right] for rows in self.rows.values()]
        return np.where(np.logical_or.reduce(one_sided), 0.5, 1.0) if one_sided else np.ones(len(pairs))


UNTRAINED = Trained({})


def find_trained(workspace: Workspace, catalog: Catalog, encoded: Encoded) -> Trained:
    """Look up what the encoders of a catalog were trained on; of one without labels nothing, for none were learned.

    Args:
        workspace: Where the encoders are.
        catalog: N listings.
        encoded: What they were encoded to.
    """
    if not (catalog.codes >= 0).any():
        return UNTRAINED
    rows = {}
    ids, titles = (list(catalog.listings[name]) for name in ("item_id", "title"))
    for modality, spec in (("text", encoded.config.text), ("image", encoded.config.image)):
        folder = workspace.encoders / spec if spec and ":" not in spec else None
        if folder and is_run(folder):
            found = find_training_rows([folder], ids, titles, catalog.codes)
            if found.any():
                rows[modality] = found
    return Trained(rows)


def doubted_features(features: PairFeatures, near: CandidatePairs, trained: Trained) -> tuple[str, ...]:
    """The features that `hide_trained` leaves out for some pairs.

    Half of a model never reads them: it says as much of new pairs as it would if nothing had been trained.
    """
    touched = {name for name, rows in trained.is_touched(near).items() if rows.any()}
    return tuple(name for name in features.names if _distance_of(name) in touched)


def hide_trained(features: PairFeatures, near: CandidatePairs, trained: Trained) -> PairFeatures:
    """Leave out what an encoder says of pairs that it was trained on; what others say of them stays.

    A model that learns from such pairs as they are learns a world that is not: their distances are smaller, or larger,
    than those of new listings will be. Left out, these pairs still teach all that other features say of them, and the
    pairs of products kept out of the training teach what the encoder says.

    Args:
        features: Of P pairs.
        near: The pairs.
        trained: What the encoders were trained on.

    Returns:
        The features; not a number where a distance, or a place in a list by it, is left out.
    """
    touched = trained.is_touched(near)
    if not any(rows.any() for rows in touched.values()):
        return features
    values = np.array(features.values)
    for column, name in enumerate(features.names):
        distance = _distance_of(name)
        if distance in touched:
            values[touched[distance], column] = np.nan
    return PairFeatures(features.names, values)


def _distance_of(feature: str) -> str:
    """The distance that a feature is made of, "" for none."""
    family, _, name = feature.partition(".")
    return name if family == "distance" else name.partition("_")[0] if family == "list" else ""
