"""What a training changed: a catalog encoded by a run and by the encoder that it started from, neighbours compared."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.model_card import Card, read_card
from matcher.ingest.catalog import Catalog
from matcher.pipeline.encoding import embed, load
from matcher.pipeline.kept.evidence import open_evidence
from matcher.pipeline.kept.says_nothing import Marks, read_marks
from matcher.progress import Report, silent
from matcher.storage.files import fingerprint
from matcher.storage.workspace import Workspace
from matcher.training.provenance import find_training_rows, read_training_keys
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import search

NEAREST = 5  # neighbours of a query that are compared: what a curator sees at a glance
MOST_QUERIES = 400


@dataclass(frozen=True)
class Change:
    """One query.

    Attributes:
        row: The listing whose neighbours are compared.
        came: Listings among its nearest after the training only, the nearest first.
        went: Listings among its nearest before it only, the nearest first.
        stayed: Listings among both.
        gained: Listings of its product that came, less those that went; 0 without labels.
    """

    row: int
    came: NDArray[np.int64]
    went: NDArray[np.int64]
    stayed: NDArray[np.int64]
    gained: int


@dataclass(frozen=True)
class ModelDiffConfig:
    """Which catalog is looked at, and which run."""

    catalog_id: str
    run_id: str


@dataclass(frozen=True)
class ModelDiff:
    """What was made for a run.

    Attributes:
        content: Of the catalog that was encoded, and what was marked as saying nothing then.
        created: When the run was.
        before: Name of the vectors of the encoder that it started from.
        after: Name of the run's vectors.
        queries: Listings whose neighbours are compared.
        kept_out: Whether these are listings that the run did not learn from.
    """

    content: str
    created: str
    before: str
    after: str
    queries: list[int]
    kept_out: bool


def prepare_model_diff(workspace: Workspace, config: ModelDiffConfig, report: Report = silent) -> ModelDiff:
    """Encode a catalog with both encoders, as far as that was not done, and choose the listings to compare.

    Raises:
        EncoderError: One of them cannot be had.
    """
    card = read_card(workspace.encoders / config.run_id)
    evidence = open_evidence(workspace, config.catalog_id)
    before, after = (
        embed(workspace, config.catalog_id, evidence.catalog, load(workspace, spec, card.modality), report)
        for spec in (card.encoder, config.run_id)
    )
    kept_out = _find_unseen(workspace, evidence.shown, replace(card, id=config.run_id))
    has = (evidence.catalog.listings[card.column] != "").to_numpy()
    pool = np.flatnonzero(has if kept_out is None else has & kept_out)
    chosen = np.sort(np.random.default_rng(0).permutation(pool)[:MOST_QUERIES])
    content = _name_content(evidence.info.content, evidence.marks)
    made = ModelDiff(content, card.created, before, after, chosen.tolist(), kept_out is not None)
    workspace.store.set_setting(config.catalog_id, _setting_name(config.run_id), vars(made))
    return made


def load_model_diff(workspace: Workspace, catalog_id: str, card: Card, content: str | None = None) -> ModelDiff | None:
    """What `prepare_model_diff` made of this run and catalog; None if it did not, or they or marks have changed since.

    Args:
        workspace: Where they are.
        catalog_id: The catalog.
        card: Of the run.
        content: Of the listings that are shown; None for the present ones.
    """
    kept: dict[str, Any] | None = workspace.store.setting(catalog_id, _setting_name(card.id))
    if kept is None:
        return None
    made = ModelDiff(**kept)
    content = workspace.catalog_info(catalog_id).content if content is None else content
    content = _name_content(content, read_marks(workspace, catalog_id))
    fits = (made.content, made.created) == (content, card.created)
    there = all(name in workspace.embedding_names(catalog_id, name) for name in (made.before, made.after))
    return made if fits and there else None


def load_changes(workspace: Workspace, catalog_id: str, made: ModelDiff, codes: NDArray[np.int32]) -> list[Change]:
    """Neighbours that came in and went out, the listings that changed most first."""
    near = [
        _nearest(workspace.load_embeddings(catalog_id, name), np.array(made.queries, dtype=np.int64))
        for name in (made.before, made.after)
    ]
    return compare_neighbours(made.queries, near[0], near[1], codes)


def compare_neighbours(
    queries: Sequence[int] | NDArray[np.integer],
    before: NDArray[np.integer],
    after: NDArray[np.integer],
    codes: NDArray[np.int32],
) -> list[Change]:
    """Compare neighbours, the queries that changed most first.

    Args:
        queries: Rows of Q listings.
        before: Shape (Q, K). Rows of their neighbours, ascending by distance, padded with -1.
        after: The same after the training.
        codes: Shape (N,). Label codes of all listings, -1 where unknown.
    """
    found = []
    for row, old, new in zip(np.asarray(queries).tolist(), before, after, strict=True):
        old, new = old[old >= 0].astype(np.int64), new[new >= 0].astype(np.int64)
        came, went = new[~np.isin(new, old)], old[~np.isin(old, new)]
        same = [int((codes[rows] == codes[row]).sum()) if codes[row] >= 0 else 0 for rows in (came, went)]
        found.append(Change(row, came, went, new[np.isin(new, old)], same[0] - same[1]))
    return sorted(found, key=lambda change: (-len(change.came) - len(change.went), change.row))


def _nearest(embeddings: Embeddings, queries: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (Q, NEAREST). The nearest listings of each, itself left out, padded with -1."""
    found = search(embeddings.rows(queries), embeddings, NEAREST + 1)
    others = np.where(found.index == queries[:, None], -1, found.index)
    order = np.argsort(others < 0, axis=1, kind="stable")
    return np.take_along_axis(others, order, axis=1)[:, :NEAREST].astype(np.int64)


def _find_unseen(workspace: Workspace, catalog: Catalog, card: Card) -> NDArray[np.bool_] | None:
    """Listings of products that a run did not learn from, shape (N,); None where the run does not say."""
    folder = workspace.encoders / card.id
    if not len(read_training_keys(folder)):
        return None
    listings = catalog.listings
    return ~find_training_rows([folder], list(listings["item_id"]), list(listings["title"]), catalog.codes)


def _name_content(content: str, marks: Marks) -> str:
    """What tells listings without what is marked from others; their own content where nothing is."""
    return content if marks == Marks() else fingerprint([content, asdict(marks)])


def _setting_name(run_id: str) -> str:
    return f"before-after.{run_id}"
