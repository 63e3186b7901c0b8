"""Titles that the encoder in use cannot read, so that they are compared by nothing but their photos."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.pipeline.encoding import ENCODED
from matcher.storage.workspace import Workspace

READS_ALL = "tfidf-char"  # compares letters as they stand, whatever the script


@dataclass(frozen=True)
class Unread:
    """Listings whose title has no vector.

    Attributes:
        encoder: What was to read them.
        rows: Shape (R,). Their rows, ascending.
    """

    encoder: str
    rows: NDArray[np.intp]

    @property
    def in_words(self) -> str:
        """How many there are, what that means and what to do; "" where there are none."""
        if not len(self.rows):
            return ""
        one = len(self.rows) == 1
        said = f"{len(self.rows):,} title{'' if one else 's'} cannot be read by {self.encoder}"
        advice = "" if self.encoder == READS_ALL else f" {READS_ALL} reads every script."
        return (
            f"{said}, so {'it is' if one else 'they are'} compared by {'its' if one else 'their'} photo alone.{advice}"
        )


def find_unread(workspace: Workspace, catalog_id: str) -> Unread:
    """The titles that a catalog's last encoding has no vectors of; none where it was not encoded since it changed."""
    kept = workspace.store.setting(catalog_id, ENCODED)
    info, catalog = workspace.open_catalog(catalog_id)
    nothing = Unread("", np.empty(0, np.intp))
    if kept is None or kept["content"] != info.content or "text" not in kept["embeddings"]:
        return nothing
    present = workspace.load_embeddings(catalog_id, kept["embeddings"]["text"]).present
    has_title = (catalog.listings["title"] != "").to_numpy()
    return Unread(kept["config"]["text"], np.flatnonzero(has_title & ~present))
