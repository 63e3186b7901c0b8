"""The job behind "before and after": vectors of a catalog by a run and by the encoder that it started from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.changes import NEAREST, Change, changes
from matcher.embeddings import Embeddings
from matcher.encoders.card import Card, read_card
from matcher.encoding import embed, load
from matcher.errors import MatcherError
from matcher.lesson import prepare
from matcher.neighbours import search
from matcher.progress import Report, silent
from matcher.split import TRAIN
from matcher.train_catalog import listings_of
from matcher.train_config import TrainConfig
from matcher.workspace import Workspace

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
    rows = _kept_out(workspace, config.catalog_id, card)
    column = catalog.listings["title" if card.modality == "text" else "photo"]
    pool = np.flatnonzero((column != "").to_numpy()) if rows is None else rows
    chosen = np.sort(np.random.default_rng(0).permutation(pool)[:MOST_QUERIES])
    content = workspace.catalog_info(config.catalog_id).content
    made = BeforeAfter(content, card.created, before, after, chosen.tolist(), rows is not None)
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


def _kept_out(workspace: Workspace, catalog_id: str, card: Card) -> NDArray[np.intp] | None:
    """Rows that a run did not learn from; None where it cannot be told, as on another catalog."""
    listings = listings_of(workspace, catalog_id)
    has = [bool(t.strip()) for t in listings.titles] if card.modality == "text" else [bool(p) for p in listings.photos]
    try:
        lesson = prepare(listings.having(card.modality), TrainConfig(**card.config))
    except (MatcherError, TypeError):  # labels or settings are no longer what they were
        return None
    same = card.catalog == listings.catalog and card.data["listings"] == len(lesson.sides)
    if not same or card.data["learned_from"] != len(np.unique(lesson.rows)):
        return None
    kept_out: NDArray[np.intp] = np.flatnonzero(has)[lesson.sides != TRAIN]
    return kept_out


def _key(run_id: str) -> str:
    return f"before-after.{run_id}"
