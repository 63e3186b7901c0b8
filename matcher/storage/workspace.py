"""The workspace folder: where every file lives, and how it gets there whole.

Arrays are written once, under a name made from all that decides their content, to a temporary file that then takes the
name. So what is there is complete, no cache can be stale, and a reader never waits for a writer.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from matcher.atomic_file import remove_unfinished
from matcher.errors import DataError
from matcher.failures import reading
from matcher.ingest.catalog import Catalog
from matcher.ingest.issues import Problem
from matcher.progress import Report, silent
from matcher.storage import catalog_files
from matcher.storage.database import Store, sqlite_url
from matcher.storage.files import DAMAGED_ARRAYS, load_arrays, remove_arrays, save_arrays
from matcher.storage.names import catalog_id_of, legible
from matcher.storage.pair_files import read_pairs, write_pairs
from matcher.storage.records import CatalogInfo
from matcher.storage.set_aside.goods import Listed
from matcher.storage.writer_lock import writer_lock
from matcher.vectors.candidate_pairs import CandidatePairs
from matcher.vectors.embeddings import Embeddings
from matcher.vectors.neighbours import Neighbours


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
        return [info for info in self.store.catalogs() if self._listings(info).exists()]

    def catalog_info(self, catalog_id: str) -> CatalogInfo:
        """What is known of a catalog without reading it.

        Raises:
            DataError: There is none of that id.
        """
        info = self.store.catalog(catalog_id)
        while info is not None and not self._listings(info).exists():
            before, info = info, self.store.catalog(catalog_id)
            if info is None or info.version == before.version:  # else an import came between the row and the file
                info = None
        if info is None:
            known = ", ".join(other.name for other in self.catalogs()) or "none yet"
            raise DataError(f"There is no catalog {catalog_id!r} here (known: {known}). Import it first.")
        return info

    @contextmanager
    def writing(self, catalog_id: str, report: Report = silent, patience: float | None = None) -> Iterator[None]:
        """Be the only one that writes this catalog; see `writer_lock`."""
        with writer_lock(self.folder(catalog_id), report, patience):
            yield

    def save_catalog(self, name: str, source: str, catalog: Catalog, problems: Sequence[Problem]) -> CatalogInfo:
        """Write the listings, replacing those of an earlier upload under this name; verdicts stay.

        The row in the database comes last, so that whoever is killed on the way leaves the catalog as it was. Files of
        the version before stay until the next upload: who has begun on it can end on it.

        Raises:
            DataError: Somebody else is writing this catalog, or the disk is full.
        """
        catalog_id = catalog_id_of(name)
        folder, listings, now = self.folder(catalog_id), catalog.listings, time.time()
        with self.writing(catalog_id):
            before = self.store.catalog(catalog_id)
            info = CatalogInfo(
                id=catalog_id,
                name=name,
                source=legible(source),
                listings=len(listings),
                photos=int((listings["photo"] != "").sum()),
                labels=int((catalog.codes >= 0).sum()),
                problems=len(problems),
                version=catalog_files.write_listings(folder, listings),
                content=catalog_files.content_of(listings),
                created=now,
                updated=now,
                problems_version=catalog_files.write_problems(folder, problems),
            )
            goods_before = catalog_files.read_goods(folder, before)
            self.store.save_catalog(info, Listed(listings, folder / "thumbnails"), goods_before)
            catalog_files.remove_other_versions(folder, [info, before or info])
        return info

    def clear_unfinished(self, catalog_id: str) -> None:
        """Remove what killed writers left half written; only for who holds the lock."""
        folder = self.folder(catalog_id)
        for name in (catalog_files.LISTINGS, catalog_files.PROBLEMS):  # others write in this folder without the lock
            remove_unfinished(folder, name)
        for part in ("images", "thumbnails", "embeddings", "neighbours", "pairs", "pair_models"):
            remove_unfinished(folder / part)

    def open_catalog(self, catalog_id: str) -> tuple[CatalogInfo, Catalog]:
        """What is known of a catalog, and its listings: of one version, whoever imports meanwhile.

        Raises:
            DataError: There is no catalog of that id.
        """
        while True:
            info = self.catalog_info(catalog_id)
            try:
                return info, catalog_files.read_listings(self.folder(catalog_id), info.version)
            except FileNotFoundError:  # two imports came between: there is a newer row
                continue

    def load_catalog(self, catalog_id: str, version: str | None = None) -> Catalog:
        """Read the listings.

        Args:
            catalog_id: Which catalog.
            version: As `CatalogInfo` has it; None for the present one.

        Raises:
            DataError: There is no catalog of that id, or the version is gone.
        """
        if version is None:
            return self.open_catalog(catalog_id)[1]
        try:
            return catalog_files.read_listings(self.folder(catalog_id), version)
        except FileNotFoundError as error:
            raise DataError(f"The listings of {catalog_id!r} were imported anew meanwhile; open it again.") from error

    def load_problems(self, catalog_id: str, version: str | None = None) -> pd.DataFrame:
        """Rows that were rejected or flawed: row, item_id, column, found, advice, rejected.

        Args:
            catalog_id: Which catalog.
            version: As `CatalogInfo.problems_version` has it; None for the present one.

        Raises:
            DataError: There is no catalog of that id, or the version is gone.
        """
        version = self.catalog_info(catalog_id).problems_version if version is None else version
        try:
            return catalog_files.read_problems(self.folder(catalog_id), version)
        except FileNotFoundError as error:
            raise DataError(f"The listings of {catalog_id!r} were imported anew meanwhile; open it again.") from error

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
        with reading(file := self.folder(catalog_id) / "embeddings" / name, DAMAGED_ARRAYS):
            arrays, config = load_arrays(file)
            if "vectors" not in arrays:
                parts = (arrays["data"], arrays["indices"], arrays["indptr"])
                arrays["vectors"] = csr_matrix(parts, shape=config["shape"], copy=False)
            return Embeddings(arrays["vectors"], arrays["present"])

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
        with reading(file := self.folder(catalog_id) / "neighbours" / name, DAMAGED_ARRAYS):
            arrays, config = load_arrays(file)
            return Neighbours(arrays["index"], arrays["distance"], config["method"], config["recall"])

    def save_pairs(self, catalog_id: str, name: str, pairs: CandidatePairs, config: Mapping[str, Any]) -> None:
        """Write candidate pairs, and beside them the config that made them."""
        write_pairs(self.folder(catalog_id) / "pairs", name, pairs, config)

    def load_pairs(self, catalog_id: str, name: str) -> CandidatePairs:
        """Read candidate pairs; see `read_pairs`."""
        return read_pairs(self.folder(catalog_id) / "pairs", name)

    def has_pairs(self, catalog_id: str, name: str) -> bool:
        """Whether these candidate pairs are there; they are written after everything they come from."""
        return (self.folder(catalog_id) / "pairs" / f"{name}.parquet").exists()

    def keep_latest_pairs(self, catalog_id: str, count: int, *, always: str | None = None) -> None:
        """Remove all but the latest candidate pairs, with what they come from and what came of them.

        Args:
            catalog_id: Which catalog.
            count: How many stay.
            always: The name of one that stays however old, beside those.
        """
        written = sorted((self.folder(catalog_id) / "pairs").glob("*.parquet"), key=lambda file: file.stat().st_mtime)
        for file in [file for file in written if file.stem != always][:-count]:
            file.unlink(missing_ok=True)
            file.with_suffix(".json").unlink(missing_ok=True)
            for part in ("neighbours", "pairs"):  # and what was made from the pairs
                for config in (self.folder(catalog_id) / part).glob(f"{file.stem}-*.json"):
                    remove_arrays(config.with_suffix(""))

    def _listings(self, info: CatalogInfo) -> Path:
        return catalog_files.version_file(self.folder(info.id), catalog_files.LISTINGS, info.version)


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
