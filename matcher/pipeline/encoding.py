"""From listings to candidate pairs, computing only what no earlier run left in the workspace."""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.base import Encoder
from matcher.encoders.registry import load_encoder
from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.matching.conflicts import with_conflicts
from matcher.pipeline.kept.contents import contents_of, inputs_of
from matcher.pipeline.kept.evidence import count_left_out, empty_photos, load_pairs, marks_of, open_evidence
from matcher.pipeline.kept.says_nothing import Marks
from matcher.pipeline.kept.vectors import KEY_BYTES, assemble, read_earlier, row_keys
from matcher.progress import Report, silent
from matcher.storage.files import fingerprint
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs, candidate_pairs
from matcher.vectors.distance import Metric
from matcher.vectors.embeddings import embeddings_of, fuse
from matcher.vectors.neighbours import Neighbours, nearest

ENCODED = "encoded"  # the setting that says what a catalog was last encoded to
ROWS_AT_ONCE = 2_000  # encoded between two saves; what a cancelled job loses at most
PAIRS_VERSION = 5  # of what a set of candidate pairs holds
PAIRS_KEPT = 6  # sets of candidate pairs of a catalog; one of 34,250 listings takes some 200 MB


@dataclass(frozen=True)
class EncodeConfig:
    """How a catalog becomes candidate pairs.

    Attributes:
        catalog_id: The catalog.
        text: Encoder of the titles; None to leave titles out.
        image: Encoder of the photos; None to leave photos out.
        metric: Which distance.
        k: Neighbours for each listing and modality.
        text_weight: Share of the titles in the fused vectors, 0..1.
    """

    catalog_id: str
    text: str | None
    image: str | None
    metric: Metric = "cosine"
    k: int = 50
    text_weight: float = 0.5


@dataclass(frozen=True)
class EncodeResult:
    """What encoding came to: candidate pairs, and the seconds it took."""

    pairs: int
    seconds: float


@dataclass(frozen=True)
class Encoded:
    """An encoded catalog, its large arrays memory-mapped.

    Attributes:
        config: What it was encoded with.
        key: Changes whenever any of the arrays does.
        content: Of the listings that the arrays were made from, as in `CatalogInfo`; they fit no others.
        embeddings: Modality ("text", "image") to the name of its vectors.
        neighbours: Modality ("text", "image", "fused") to what was found.
        pairs: Every pair that some modality found.
        marks: What was left out of the listings, as saying nothing.
    """

    config: EncodeConfig
    key: str
    content: str
    embeddings: dict[str, str]
    neighbours: dict[str, Neighbours]
    pairs: CandidatePairs
    marks: Marks


def encode(workspace: Workspace, config: EncodeConfig, report: Report = silent) -> EncodeResult:
    """Encode a catalog and make that what its pages show.

    Raises:
        DataError: No encoder was chosen, or one that does not fit.
        EncoderError: A model cannot be had.
    """
    start = time.perf_counter()
    with workspace.writing(config.catalog_id, report):
        encoded = encode_catalog(workspace, config, report)
        for modality, name in encoded.embeddings.items():
            if not workspace.load_embeddings(config.catalog_id, name).present.any():
                what, spec = ("title", config.text) if modality == "text" else ("photo", config.image)
                raise DataError(f"No listing has a {what} that {spec} can use; choose none for the {what}s.")
        remember(workspace, encoded)
    return EncodeResult(len(encoded.pairs), round(time.perf_counter() - start, 1))


def encode_catalog(workspace: Workspace, config: EncodeConfig, report: Report = silent) -> Encoded:
    """Encode a catalog, find neighbours and measure pairs; what is there already is only opened.

    Raises:
        DataError: No encoder was chosen, or one that does not fit its modality; or another run is writing the catalog.
        EncoderError: A model cannot be had.
    """
    if not (config.text or config.image):
        raise DataError("No encoder was chosen; choose one for the titles, one for the photos, or both.")
    with workspace.writing(config.catalog_id, report):
        evidence = open_evidence(workspace, config.catalog_id)
        info, catalog, marks = evidence.info, evidence.catalog, evidence.marks
        chosen = {"text": config.text, "image": config.image}
        names = {
            modality: embed(workspace, config.catalog_id, catalog, load(workspace, spec, modality), report)
            for modality, spec in chosen.items()
            if spec
        }
        titles = fingerprint(list(catalog.listings["title"]))  # they decide conflicts, whatever is encoded
        parts = [names, config.metric, config.k, config.text_weight, len(catalog.listings), titles, PAIRS_VERSION]
        # Marks that change no listing are another key, too, or nothing would say that they were obeyed.
        parts += [asdict(marks)] if marks != Marks() else []
        key = fingerprint(parts)[:12]
        name = f"{'+'.join(_slug(spec) for spec in chosen.values() if spec)}-{key}"
        if not workspace.has_pairs(config.catalog_id, name):
            _search(workspace, config, catalog, marks, names, name, report)
        return open_encoded(workspace, config, names, name, info.content)


def open_encoded(
    workspace: Workspace, config: EncodeConfig, embeddings: dict[str, str], key: str, content: str
) -> Encoded:
    """Open what `encode_catalog` made of listings with this content.

    Raises:
        DataError: It is gone.
    """
    modalities = [*embeddings, "fused"] if len(embeddings) == 2 else [*embeddings]
    neighbours = {kind: workspace.load_neighbours(config.catalog_id, f"{key}-{kind}") for kind in modalities}
    pairs = load_pairs(workspace, config.catalog_id, key, content)
    return Encoded(config, key, content, embeddings, neighbours, pairs, marks_of(workspace, config.catalog_id, key))


def remember(workspace: Workspace, encoded: Encoded) -> None:
    """Make this what `load_encoded` opens, for as long as the listings are those that it was made from."""
    kept = {"config": asdict(encoded.config), "embeddings": encoded.embeddings, "key": encoded.key}
    kept["content"] = encoded.content
    workspace.store.set_setting(encoded.config.catalog_id, ENCODED, kept)


def load_encoded(workspace: Workspace, catalog_id: str, content: str | None = None) -> Encoded | None:
    """Open what the catalog was last encoded to.

    Args:
        workspace: Where it is.
        catalog_id: The catalog.
        content: Of the listings that the pairs will be laid on; None for the present ones.

    Returns:
        None if the catalog was never encoded, or last from other listings than these.
    """
    kept = workspace.store.setting(catalog_id, ENCODED)
    content = workspace.catalog_info(catalog_id).content if content is None else content
    if kept is None or kept["content"] != content:
        return None
    if not workspace.has_pairs(catalog_id, kept["key"]):
        return None
    return open_encoded(workspace, EncodeConfig(**kept["config"]), kept["embeddings"], kept["key"], content)


def load(workspace: Workspace, spec: str, modality: str) -> Encoder:
    """Load an encoder and see that it is of this modality.

    Raises:
        DataError: It is not.
        EncoderError: It cannot be had.
    """
    encoder = load_encoder(spec, folder=workspace.encoders)
    if encoder.modality != modality:
        raise DataError(f"The encoder {spec} is for {encoder.modality}; choose one for {modality}.")
    return encoder


def embed(workspace: Workspace, catalog_id: str, catalog: Catalog, encoder: Encoder, report: Report = silent) -> str:
    """Make the vectors of a catalog, each distinct title or photo once, and only those that are new.

    Returns:
        The name under which the workspace has them.
    """
    contents = contents_of(catalog, encoder)
    prefix = f"{_slug(encoder.id)}-{fingerprint([encoder.id, encoder.version])[:8]}-"
    name = prefix + fingerprint(contents)[:16]
    # A comparison waits for hours of training already; here it waits for another run as long as that takes.
    with workspace.writing(catalog_id, report, patience=inf):
        if name in workspace.embedding_names(catalog_id, name):
            return name
        keys = row_keys(contents)
        if encoder.fitted:
            vectors = encoder.encode(inputs_of(workspace.images(catalog_id), encoder, contents), report)
        else:
            vectors = _gathered(workspace, catalog_id, encoder, contents, keys, prefix, report)
        workspace.save_embeddings(catalog_id, name, embeddings_of(vectors), keys)
        for superseded in workspace.embedding_names(catalog_id, prefix):
            if superseded not in (name, *_shown(workspace, catalog_id)):
                workspace.remove_embeddings(catalog_id, superseded)
    return name


def _shown(workspace: Workspace, catalog_id: str) -> list[str]:
    """Names of the vectors behind what the pages show; a run that began on listings of before leaves them alone."""
    kept = workspace.store.setting(catalog_id, ENCODED)
    fits = kept is not None and kept["content"] == workspace.catalog_info(catalog_id).content
    return list(kept["embeddings"].values()) if fits else []


def _search(
    workspace: Workspace,
    config: EncodeConfig,
    catalog: Catalog,
    marks: Marks,
    names: dict[str, str],
    key: str,
    report: Report,
) -> None:
    """Find neighbours and measure pairs from vectors that are in the workspace, and save both."""
    embeddings = {kind: workspace.load_embeddings(config.catalog_id, name) for kind, name in names.items()}
    record = {"embeddings": names, "marks": asdict(marks)}
    if "image" in embeddings:
        empty = empty_photos(catalog)
        embeddings["image"] = embeddings["image"].without(empty)
        record["left_out"] = count_left_out(catalog, empty)
    if len(embeddings) == 2:
        embeddings["fused"] = fuse(embeddings["text"], embeddings["image"], config.text_weight)
    neighbours = {}
    for kind, vectors in embeddings.items():
        neighbours[kind] = nearest(vectors, k=config.k, metric=config.metric, report=_named(report, kind))
        workspace.save_neighbours(config.catalog_id, f"{key}-{kind}", neighbours[kind])
    pairs = candidate_pairs(embeddings, neighbours, config.metric, report)
    pairs = with_conflicts(pairs, list(catalog.listings["title"]))
    workspace.save_pairs(config.catalog_id, key, pairs, asdict(config) | record)
    shown = workspace.store.setting(config.catalog_id, ENCODED)  # what the pages show outlives any number of trials
    workspace.keep_latest_pairs(config.catalog_id, PAIRS_KEPT, always=shown["key"] if shown else None)


def _named(report: Report, kind: str) -> Report:
    """Tell neighbours of titles from those of photos."""
    words = {"text": "titles", "image": "photos", "fused": "title and photo together"}[kind]
    return lambda progress: report(replace(progress, step=f"{progress.step}: {words}"))


def _gathered(
    workspace: Workspace,
    catalog_id: str,
    encoder: Encoder,
    contents: Sequence[str],
    keys: NDArray[np.uint8],
    prefix: str,
    report: Report,
    others: Sequence[str] | None = None,
) -> NDArray[np.float32]:
    """Vectors of all listings: those that earlier runs left, and the rest encoded now and saved on the way.

    Earlier runs are of this catalog and of `others`, which are all that there are where none are named.
    """
    others = [info.id for info in workspace.catalogs() if info.id != catalog_id] if others is None else others
    names = [key.tobytes() for key in keys]
    missing = {name: content for name, content in zip(names, contents, strict=True) if content}
    for _, held in read_earlier(workspace, catalog_id, others, prefix):
        for name in held & missing.keys():
            del missing[name]
    todo = list(missing.items())
    for start in range(0, len(todo), ROWS_AT_ONCE):
        part = todo[start : start + ROWS_AT_ONCE]
        onward = _continued(report, start, len(todo))
        inputs = inputs_of(workspace.images(catalog_id), encoder, [content for _, content in part])
        vectors = encoder.encode(inputs, onward)
        stem = f"{prefix}part-{fingerprint([name.hex() for name, _ in part])[:16]}"
        made = np.frombuffer(b"".join(name for name, _ in part), dtype=np.uint8).reshape(-1, KEY_BYTES)
        workspace.save_embeddings(catalog_id, stem, embeddings_of(vectors), made)
    try:
        return assemble(names, read_earlier(workspace, catalog_id, others, prefix))
    except DataError:  # a run on another catalog ended meanwhile, and took away what was counted on
        if not others:
            raise
        return _gathered(workspace, catalog_id, encoder, contents, keys, prefix, report, others=())


def _continued(report: Report, done: int, total: int) -> Report:
    """Let the reports on one part of the rows count from where the last part ended."""
    return lambda progress: report(replace(progress, done=done + progress.done, total=total))


def _slug(spec: str) -> str:
    """An encoder's name as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9]+", "_", spec).strip("_")[-60:]
