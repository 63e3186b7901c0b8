"""Vectors that earlier runs left, found again by what each was made from."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError, StorageError
from matcher.storage.workspace import Workspace

KEY_BYTES = 16
NOTHING = bytes(KEY_BYTES)

Held = tuple[NDArray[np.float32], dict[bytes, int]]
"""Vectors, and which row of them belongs to which key."""


def row_keys(contents: Sequence[str]) -> NDArray[np.uint8]:
    """Shape (N, 16). What stands for each content; zeros for nothing."""
    digests = (
        blake2b(content.encode(), digest_size=KEY_BYTES).digest() if content else NOTHING for content in contents
    )
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, KEY_BYTES)


def read_earlier(workspace: Workspace, catalog_id: str, others: Iterable[str], prefix: str) -> Iterator[Held]:
    """What one version of an encoder made before, of a catalog and of others.

    Args:
        workspace: Where they are.
        catalog_id: The catalog, which nobody else writes meanwhile.
        others: Further ones: somebody may be at work on them, so what goes while this is read is left
            out, and so is what is damaged.
        prefix: With which the names of that version's vectors start.
    """
    for other in (catalog_id, *others):
        for name in workspace.embedding_names(other, prefix):
            try:
                vectors, keys = workspace.load_embeddings(other, name).vectors, workspace.load_keys(other, name)
            except (DataError, StorageError):
                if other == catalog_id:
                    raise
                continue
            if isinstance(vectors, np.ndarray):
                yield vectors, {key.tobytes(): row for row, key in enumerate(np.array(keys))}


def assemble(names: Sequence[bytes], earlier: Iterable[Held]) -> NDArray[np.float32]:
    """One row for each name, from wherever it is held; zeros where the name is that of nothing.

    Raises:
        DataError: A name is held nowhere.
    """
    missing = set(names) - {NOTHING}
    vectors = np.zeros((len(names), 1), dtype=np.float32)  # stays so where no listing has this modality
    for held, rows in earlier:
        if vectors.shape[1] != held.shape[1] > 1:
            vectors = np.zeros((len(names), held.shape[1]), dtype=np.float32)
        target = [row for row, name in enumerate(names) if name in rows and name != NOTHING]
        vectors[target] = held[[rows[names[row]] for row in target]]
        missing -= rows.keys()
    if missing:  # a vector left out silently would be a listing that never matches
        raise DataError(f"{len(missing):,} vectors were removed by another run on this catalog; encode it again.")
    return vectors
