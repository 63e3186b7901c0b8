"""Features of a catalog's candidate pairs, computed once and kept with the pairs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.registry import find_encoder, load_encoder
from matcher.ingest.catalog import Catalog
from matcher.matching.pair_model.features import PairFeatures, pair_features
from matcher.matching.recipe import joint_distance
from matcher.pipeline.default_recipe import default_recipe
from matcher.pipeline.encoding import EncodeConfig, Encoded, embed
from matcher.pipeline.kept.evidence import empty_photos
from matcher.pipeline.kept.says_nothing import leave_out
from matcher.progress import Report, silent
from matcher.storage.files import fingerprint, load_arrays, save_arrays
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.distance import pair_distance
from matcher.vectors.embeddings import Embeddings

VERSION = 3  # of what the features are
NEAR = 20
"""Candidates of a worse rank are hardly ever one product, and more than all the others.

Learned on half of the products and measured on the other half, against 10, either half in turn: F1 of groups on titles
of many shops .858 against .851 and .859 against .853, on clothes .966 against .964 and .966 against .952, on hashes of
pictures .926 against .923 and .933 against .933, on re-listed goods .975 and .963 either way.
"""
NEAR_OF_MANY, MANY = 10, 50_000  # in a catalog of more listings than this, so that features fit into memory
CHEAP = {"text": ("tfidf", "tfidf-char"), "image": ("phash",)}
"""Encoders in seconds, whose distances stand beside those of the chosen ones."""
UNTRAINED_PHOTOS = "efficientnet"
"""Stands beside an encoder of photos that was trained here: titles have their letters, photos little but this."""

RULE = "rule"
"""The distance by which the usual rule joins title and photo, which a model of few answers would have to learn."""

Open = Callable[[str], Embeddings]


def near_pairs(pairs: CandidatePairs) -> NDArray[np.intp]:
    """Positions of the pairs that a pair model looks at, ascending."""
    return np.flatnonzero(pairs.rank <= (NEAR if pairs.n <= MANY else NEAR_OF_MANY))


def position_among_near(pairs: CandidatePairs, positions: Sequence[int]) -> list[int]:
    """Where pairs stand among the near ones, -1 for those that are not near."""
    near = near_pairs(pairs)
    at = np.searchsorted(near, np.asarray(positions, dtype=np.intp))
    is_near = near[np.minimum(at, len(near) - 1)] == positions if len(near) else np.zeros(len(at), dtype=np.bool_)
    return [int(value) if there else -1 for value, there in zip(at, is_near, strict=True)]


def compute_features(
    pairs: CandidatePairs, catalog: Catalog, config: EncodeConfig, opened: Open, report: Report = silent
) -> PairFeatures:
    """Features of the near ones of candidate pairs.

    Args:
        pairs: P candidate pairs.
        catalog: Their listings.
        config: What they were encoded with; it alone says which features there are.
        opened: Gives the vectors of an encoder.
        report: Told how far it is; may raise Cancelled.
    """
    near = pairs.chosen(near_pairs(pairs))
    further = {}
    for modality, chosen in (("text", config.text), ("image", config.image)):
        beside = (UNTRAINED_PHOTOS,) if modality == "image" and chosen and not find_encoder(chosen) else ()
        for spec in (*CHEAP[modality], *beside) if chosen else ():
            if spec != chosen:
                vectors = opened(spec)
                if modality == "image":
                    vectors = vectors.without(empty_photos(catalog))
                further[spec] = pair_distance(vectors, near.left, near.right, "cosine", report)
    if (rule := default_recipe(config)).fusion == "mean" and config.text and config.image:
        further[RULE] = joint_distance(near, rule)
    titles = list(catalog.listings["title"])
    return pair_features(near, titles, shown_photos(catalog) if config.image else (), further, report)


def shown_photos(catalog: Catalog) -> list[str]:
    """What tells the photo of each listing from others: the photo's name, else its hash; "" for none."""
    listings = catalog.listings
    return list(listings["photo"].where(listings["photo"] != "", listings["phash"]))


def keep_features(workspace: Workspace, catalog: Catalog, encoded: Encoded, report: Report = silent) -> PairFeatures:
    """Open the features of an encoded catalog's near pairs, memory-mapped; what is not there is computed first."""
    catalog_id = encoded.config.catalog_id
    opened_features = open_features(workspace, encoded)
    if opened_features is None:
        catalog = leave_out(catalog, encoded.marks)

        def opened(spec: str) -> Embeddings:
            encoder = load_encoder(spec, folder=workspace.encoders)
            return workspace.load_embeddings(catalog_id, embed(workspace, catalog_id, catalog, encoder, report))

        made = compute_features(encoded.pairs, catalog, encoded.config, opened, report)
        save_arrays(_place(workspace, encoded), {"values": made.values}, {"names": list(made.names)})
        return made
    return opened_features


def open_features(workspace: Workspace, encoded: Encoded) -> PairFeatures | None:
    """Open the features of an encoded catalog's near pairs, memory-mapped; None if they were not computed yet."""
    path = _place(workspace, encoded)
    if not path.with_name(f"{path.name}.json").exists():
        return None
    arrays, config = load_arrays(path)
    return PairFeatures(tuple(config["names"]), arrays["values"])


def _place(workspace: Workspace, encoded: Encoded) -> Path:
    return beside_pairs(workspace, encoded, "features", {"content": encoded.content})


def beside_pairs(workspace: Workspace, encoded: Encoded, what: str, more: Mapping[str, Any]) -> Path:
    """Where something made from candidate pairs is kept; it goes when they go.

    Args:
        workspace: The workspace.
        encoded: The pairs.
        what: What it is.
        more: What decides it beside the pairs; values that JSON can hold.
    """
    name = f"{encoded.key}-{what}-{fingerprint([VERSION, dict(more)])[:12]}"
    return workspace.folder(encoded.config.catalog_id) / "pairs" / name
