"""The workspace folder: where every file lives, and how it gets there whole.

Arrays are written once, under a name made from all that decides their content, to a temporary file that then takes the
name. So what is there is complete, no cache can be stale, and a reader never waits for a writer.
"""

import json
import os
import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.ingest.issues import Problem, problems_frame
from matcher.storage.database import Store, sqlite_url
from matcher.storage.files import atomic, fingerprint, load_arrays, remove_arrays, save_arrays
from matcher.storage.records import CatalogInfo
from matcher.vectors.candidate_pairs import MODALITIES, CandidatePairs
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import Neighbours

SEEN_BY_ENCODERS = ["item_id", "title", "photo", "phash"]  # columns of the listings; a new label moves no vector


@dataclass(frozen=True)
class Workspace:
    """One folder with catalogs, arrays and the database. Safe to share between threads.

    Attributes:
        root: The folder.
        database_url: Where decisions and jobs are kept; "" for a file in the folder.
    """

    root: Path
    database_url: str = ""

    @cached_property
    def store(self) -> Store:
        """The database."""
        return Store(self.database_url or sqlite_url(self.root / "matcher.db"))

    def folder(self, catalog_id: str) -> Path:
        """A catalog's folder, whether it exists or not."""
        return self.root / "catalogs" / catalog_id

    def images(self, catalog_id: str) -> Path:
        """Working copies, up to 512 x 512, named as in the listings' `photo` column."""
        return self.folder(catalog_id) / "images"

    def thumbnails(self, catalog_id: str) -> Path:
        """Thumbnails, under the same names as the working copies."""
        return self.folder(catalog_id) / "thumbnails"

    @property
    def encoders(self) -> Path:
        """One folder for each encoder trained here."""
        return self.root / "encoders"

    @property
    def job_files(self) -> Path:
        """Logs and locks of jobs."""
        return self.root / "jobs"

    def catalogs(self) -> list[CatalogInfo]:
        """All catalogs, the one that changed last first."""
        return [info for info in self.store.catalogs() if self._listings(info.id).exists()]

    def catalog_info(self, catalog_id: str) -> CatalogInfo:
        """What is known of a catalog without reading it.

        Raises:
            DataError: There is none of that id.
        """
        info = self.store.catalog(catalog_id)
        if info is None or not self._listings(catalog_id).exists():
            known = ", ".join(other.name for other in self.catalogs()) or "none yet"
            raise DataError(f"There is no catalog {catalog_id!r} here (known: {known}). Import it first.")
        return info

    def save_catalog(self, name: str, source: str, catalog: Catalog, problems: Sequence[Problem]) -> CatalogInfo:
        """Write the listings, replacing those of an earlier upload under this name; verdicts stay."""
        catalog_id = catalog_id_of(name)
        folder = self.folder(catalog_id)
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(folder / "problems.parquet") as file:
            problems_frame(problems).to_parquet(file, index=False)
        with atomic(self._listings(catalog_id)) as file:
            catalog.listings.to_parquet(file, index=False)
        _remove_all_but(set(catalog.listings["photo"]), self.images(catalog_id), self.thumbnails(catalog_id))
        now = time.time()
        info = CatalogInfo(
            id=catalog_id,
            name=name,
            source=source,
            listings=len(catalog.listings),
            photos=int((catalog.listings["photo"] != "").sum()),
            labels=int((catalog.codes >= 0).sum()),
            problems=len(problems),
            version=fingerprint(catalog.listings.to_dict("list")),
            content=fingerprint(catalog.listings[SEEN_BY_ENCODERS].to_dict("list")),
            created=now,
            updated=now,
        )
        self.store.save_catalog(info)
        return info

    def load_catalog(self, catalog_id: str) -> Catalog:
        """Read the listings.

        Raises:
            DataError: There is no catalog of that id.
        """
        info = self.catalog_info(catalog_id)
        listings = pd.read_parquet(self._listings(catalog_id))
        return Catalog(listings, self.images(catalog_id) if info.photos else None)

    def load_problems(self, catalog_id: str) -> pd.DataFrame:
        """Rows that were rejected or flawed: row, item_id, column, found, advice, rejected."""
        self.catalog_info(catalog_id)
        return pd.read_parquet(self.folder(catalog_id) / "problems.parquet")

    def save_embeddings(self, catalog_id: str, name: str, embeddings: Embeddings, keys: NDArray[np.uint8]) -> None:
        """Write vectors and, shape (N, 16), the key of what each row was made from."""
        vectors = embeddings.vectors
        if isinstance(vectors, np.ndarray):
            arrays = {"vectors": vectors}
        else:
            arrays = {"data": vectors.data, "indices": vectors.indices, "indptr": vectors.indptr}
        arrays |= {"present": embeddings.present, "keys": keys}
        save_arrays(self.folder(catalog_id) / "embeddings" / name, arrays, {"shape": list(vectors.shape)})

    def load_embeddings(self, catalog_id: str, name: str) -> Embeddings:
        """Open vectors, memory-mapped."""
        arrays, config = load_arrays(self.folder(catalog_id) / "embeddings" / name)
        if "vectors" in arrays:
            return Embeddings(arrays["vectors"], arrays["present"])
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        return Embeddings(csr_matrix(parts, shape=config["shape"], copy=False), arrays["present"])

    def load_keys(self, catalog_id: str, name: str) -> NDArray[np.uint8]:
        """Open the keys that were saved with vectors. Shape (N, 16)."""
        return load_arrays(self.folder(catalog_id) / "embeddings" / name)[0]["keys"]

    def embedding_names(self, catalog_id: str, prefix: str) -> list[str]:
        """Names of complete embeddings that start so."""
        return sorted(file.stem for file in (self.folder(catalog_id) / "embeddings").glob(f"{prefix}*.json"))

    def remove_embeddings(self, catalog_id: str, name: str) -> None:
        """Remove vectors that others hold as well; who has them open keeps them."""
        remove_arrays(self.folder(catalog_id) / "embeddings" / name)

    def save_neighbours(self, catalog_id: str, name: str, neighbours: Neighbours) -> None:
        """Write neighbours."""
        config = {"method": neighbours.method, "recall": neighbours.recall}
        arrays = {"index": neighbours.index, "distance": neighbours.distance}
        save_arrays(self.folder(catalog_id) / "neighbours" / name, arrays, config)

    def load_neighbours(self, catalog_id: str, name: str) -> Neighbours:
        """Open neighbours, memory-mapped."""
        arrays, config = load_arrays(self.folder(catalog_id) / "neighbours" / name)
        return Neighbours(arrays["index"], arrays["distance"], config["method"], config["recall"])

    def save_pairs(self, catalog_id: str, name: str, pairs: CandidatePairs, config: Mapping[str, Any]) -> None:
        """Write candidate pairs, and beside them the config that made them."""
        folder = self.folder(catalog_id) / "pairs"
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(folder / f"{name}.json") as file:
            file.write(json.dumps({"n": pairs.n, **config}, indent=1).encode())
        frame = pd.DataFrame({"left": pairs.left, "right": pairs.right, "rank": pairs.rank, **pairs.distance})
        with atomic(folder / f"{name}.parquet") as file:
            frame.to_parquet(file, index=False, compression=None)

    def load_pairs(self, catalog_id: str, name: str) -> CandidatePairs:
        """Read candidate pairs.

        Raises:
            DataError: They are not there.
        """
        file = self.folder(catalog_id) / "pairs" / f"{name}.parquet"
        try:
            frame = pd.read_parquet(file)
            config = json.loads(file.with_suffix(".json").read_bytes())
        except FileNotFoundError as error:
            raise DataError(f"The candidate pairs {name} are gone; encode the catalog again.") from error
        distance: dict[str, NDArray[np.float32]] = {
            kind: frame[kind].to_numpy() for kind in MODALITIES if kind in frame
        }
        left, right, rank = (frame[column].to_numpy() for column in ("left", "right", "rank"))
        return CandidatePairs(config["n"], left, right, rank, distance)

    def has_pairs(self, catalog_id: str, name: str) -> bool:
        """Whether these candidate pairs are there; they are written after everything they come from."""
        return (self.folder(catalog_id) / "pairs" / f"{name}.parquet").exists()

    def keep_latest_pairs(self, catalog_id: str, count: int, *, always: str | None = None) -> None:
        """Remove all but the latest candidate pairs and the neighbours they come from; readers keep what is open.

        Args:
            catalog_id: Which catalog.
            count: How many stay.
            always: The name of one that stays however old, beside those.
        """
        written = sorted((self.folder(catalog_id) / "pairs").glob("*.parquet"), key=lambda file: file.stat().st_mtime)
        for file in [file for file in written if file.stem != always][:-count]:
            file.unlink(missing_ok=True)
            file.with_suffix(".json").unlink(missing_ok=True)
            for config in (self.folder(catalog_id) / "neighbours").glob(f"{file.stem}-*.json"):
                remove_arrays(config.with_suffix(""))

    def _listings(self, catalog_id: str) -> Path:
        return self.folder(catalog_id) / "listings.parquet"


def open_workspace(root: Path | None = None) -> Workspace:
    """Open a workspace and make what is missing.

    Args:
        root: Its folder; None for the environment's MATCHER_WORKSPACE, or ./workspace.

    Raises:
        DataError: The folder cannot be written, or the database cannot be opened.
    """
    root = (root or Path(os.environ.get("MATCHER_WORKSPACE") or "workspace")).absolute()
    try:
        for folder in ("catalogs", "encoders", "jobs"):
            (root / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"The workspace {root} cannot be made: {error.strerror}. Choose another folder.") from error
    workspace = Workspace(root, os.environ.get("MATCHER_DATABASE_URL", ""))
    workspace.store  # noqa: B018  (opened here, so that a bad URL is told at the start)
    return workspace


def catalog_id_of(name: str) -> str:
    """The folder name of a catalog: "My Shop" and "my shop" are one catalog.

    Raises:
        DataError: The name is empty.
    """
    plain = unicodedata.normalize("NFKD", name.strip()).casefold()
    readable = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
    if not plain:
        raise DataError("The catalog has no name; type one, for example: autumn.")
    if len(readable) <= 60 and all(c.isascii() or unicodedata.combining(c) for c in plain) and readable:
        return readable
    # Letters were lost: the hash keeps two such names apart.
    return "-".join(part for part in (readable[:50].strip("-"), fingerprint(plain)[:8]) if part)


def _remove_all_but(names: set[str], *folders: Path) -> None:
    for folder in folders:
        for file in folder.glob("*.jpg"):
            if file.name not in names:
                file.unlink()
