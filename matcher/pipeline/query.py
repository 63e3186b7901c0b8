"""A listing that is not in the catalog: by its title, by its photo or by both, and what is near it."""

import tempfile
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from matcher.encoders.base import Encoder
from matcher.errors import DataError
from matcher.images.guarded import PhotoReader
from matcher.pipeline.encoding import Encoded, load, load_encoded
from matcher.pipeline.kept.contents import contents_of, inputs_of
from matcher.pipeline.kept.says_nothing import leave_out
from matcher.storage.workspace import Workspace
from matcher.vectors.embeddings import Embeddings, embeddings_of, fuse
from matcher.vectors.neighbours import Neighbours, search


def query(
    workspace: Workspace,
    catalog_id: str,
    *,
    title: str = "",
    photo: Path | None = None,
    k: int = 50,
    encoded: Encoded | None = None,
) -> dict[str, Neighbours]:
    """Find the listings nearest to a title, a photo or both, with the encoders that the catalog was last encoded with.

    Args:
        workspace: Where the catalog is.
        catalog_id: The catalog.
        title: As a seller would write it; "" for none.
        photo: Any photo file; None for none.
        k: How many listings.
        encoded: What to search, where listings are shown beside the answer; None for the present one.

    Returns:
        Modality to one row of neighbours; "fused" is there when both title and photo are.

    Raises:
        DataError: The catalog is not encoded or was imported anew meanwhile, nothing was asked that it is encoded for,
            or the photo cannot be read.
        EncoderError: A model cannot be had.
    """
    info, catalog = workspace.open_catalog(catalog_id)
    if encoded is None:
        encoded = load_encoded(workspace, catalog_id, info.content)
    if encoded is None or encoded.content != info.content:
        raise DataError("The catalog is not encoded as it is now; encode it first.")
    catalog = leave_out(catalog, encoded.marks)  # as an encoder was fitted to it
    queried: dict[str, Embeddings] = {}
    held: dict[str, Embeddings] = {}
    with tempfile.TemporaryDirectory() as folder:
        wanted = {"text": title.strip(), "image": _prepared(photo, Path(folder)) if photo else ""}
        for modality, name in encoded.embeddings.items():
            if wanted[modality]:
                held[modality] = workspace.load_embeddings(catalog_id, name)
                spec = encoded.config.text if modality == "text" else encoded.config.image
                encoder = _load_for(workspace, spec or "", modality, name)
                inputs = inputs_of(Path(folder), encoder, [wanted[modality]])
                contents = contents_of(catalog, encoder) if encoder.fitted else []
                others = inputs_of(workspace.images(catalog_id), encoder, contents)
                queried[modality] = embeddings_of(encoder.encode_queries(inputs, others))
    if not queried:
        raise DataError(f"The catalog is encoded for {' and '.join(encoded.embeddings)} only; ask with that.")
    if len(queried) == 2:
        weight = encoded.config.text_weight
        queried["fused"] = fuse(queried["text"], queried["image"], weight)
        held["fused"] = fuse(held["text"], held["image"], weight)
    return {kind: search(queried[kind], held[kind], k, encoded.config.metric) for kind in queried}


@lru_cache(maxsize=4)
def _load_for(workspace: Workspace, spec: str, modality: str, vectors: str) -> Encoder:
    """An encoder kept for the next question; the name of the vectors holds its version, so a new one is loaded."""
    return load(workspace, spec, modality)


def _prepared(photo: Path, folder: Path) -> str:
    """Make the same working copy of a photo as an upload does, where a photo made to harm ends nothing; its name."""
    try:
        given = photo.read_bytes()
    except OSError as error:
        raise DataError(f"The photo {photo.name} cannot be read: {error.strerror}.") from error
    with closing(PhotoReader()) as reader:
        (folder / "photo.jpg").write_bytes(reader.read(given).working)
    return "photo.jpg"
