"""The job behind "before and after": vectors of a catalog by a run and by the encoder that it started from."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.model_card import Card, read_card
from matcher.pipeline.changes import NEAREST, Change, changes
from matcher.pipeline.encoding import embed, load
from matcher.progress import Report, silent
from matcher.storage.workspace import Workspace
from matcher.training.provenance import learned_keys, learned_rows
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import search

MOST_QUERIES = 400


@dataclass(frozen=True)
class BeforeAfterConfig:
    """Which catalog is looked at, and which run."""

    catalog_id: str
    run_id: str


@dataclass(frozen=True)
class BeforeAfter:
    """What was made for a run.

    Attributes:
        content: Of the catalog that was encoded.
        created: When the run was.
        before: Name of the vectors of the encoder that it started from.
        after: Name of the run's vectors.
        queries: Listings to ask about.
        kept_out: Whether these are listings that the run did not learn from.
    """

    content: str
    created: str
    before: str
    after: str
    queries: list[int]
    kept_out: bool


def look_before_after(workspace: Workspace, config: BeforeAfterConfig, report: Report = silent) -> BeforeAfter:
    """Encode a catalog with both encoders, as far as that was not done, and choose listings to ask about.

    Raises:
        EncoderError: One of them cannot be had.
    """
    card = read_card(workspace.encoders / config.run_id)
    catalog = workspace.load_catalog(config.catalog_id)
    before, after = (
        embed(workspace, config.catalog_id, catalog, load(workspace, spec, card.modality), report)
        for spec in (card.encoder, config.run_id)
    )
    kept_out = _kept_out(workspace, config.catalog_id, replace(card, id=config.run_id))
    has = (catalog.listings[card.column] != "").to_numpy()
    pool = np.flatnonzero(has if kept_out is None else has & kept_out)
    chosen = np.sort(np.random.default_rng(0).permutation(pool)[:MOST_QUERIES])
    content = workspace.catalog_info(config.catalog_id).content
    made = BeforeAfter(content, card.created, before, after, chosen.tolist(), kept_out is not None)
    workspace.store.set_setting(config.catalog_id, _key(config.run_id), vars(made))
    return made


def looked(workspace: Workspace, catalog_id: str, card: Card) -> BeforeAfter | None:
    """What `look_before_after` made of this run and catalog; None if it did not, or either has changed since."""
    kept: dict[str, Any] | None = workspace.store.setting(catalog_id, _key(card.id))
    if kept is None:
        return None
    made = BeforeAfter(**kept)
    fits = (made.content, made.created) == (workspace.catalog_info(catalog_id).content, card.created)
    there = all(name in workspace.embedding_names(catalog_id, name) for name in (made.before, made.after))
    return made if fits and there else None


def changes_of(workspace: Workspace, catalog_id: str, made: BeforeAfter, codes: NDArray[np.int32]) -> list[Change]:
    """Neighbours that came in and went out, the listings that changed most first."""
    near = [
        _nearest(workspace.load_embeddings(catalog_id, name), np.array(made.queries, dtype=np.int64))
        for name in (made.before, made.after)
    ]
    return changes(made.queries, near[0], near[1], codes)


def _nearest(embeddings: Embeddings, queries: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (Q, NEAREST). The nearest listings of each, itself left out, padded with -1."""
    found = search(embeddings.rows(queries), embeddings, NEAREST + 1)
    others = np.where(found.index == queries[:, None], -1, found.index)
    order = np.argsort(others < 0, axis=1, kind="stable")
    return np.take_along_axis(others, order, axis=1)[:, :NEAREST].astype(np.int64)


def _kept_out(workspace: Workspace, catalog_id: str, card: Card) -> NDArray[np.bool_] | None:
    """Listings of products that a run did not learn from, shape (N,); None where the run does not say."""
    folder = workspace.encoders / card.id
    if not len(learned_keys(folder)):
        return None
    catalog = workspace.load_catalog(catalog_id)
    listings = catalog.listings
    return ~learned_rows([folder], list(listings["item_id"]), list(listings["title"]), catalog.codes)


def _key(run_id: str) -> str:
    return f"before-after.{run_id}"
