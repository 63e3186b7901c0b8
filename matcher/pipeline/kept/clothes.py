"""Whether a catalog of the workspace is of clothes, looked up once for each version of its listings."""

from functools import lru_cache
from pathlib import Path

from matcher.matching.title_facts.clothes import are_clothes
from matcher.storage.workspace import Workspace

VERSIONS_KNOWN = 32


def sells_clothes(workspace: Workspace, catalog_id: str) -> bool:
    """Whether most titles of a catalog state a clothes size; False where there is no such catalog."""
    info = next((info for info in workspace.catalogs() if info.id == catalog_id), None)
    return info is not None and _sells_clothes(workspace.root, catalog_id, info.version)


@lru_cache(VERSIONS_KNOWN)
def _sells_clothes(root: Path, catalog_id: str, version: str) -> bool:
    catalog = Workspace(root).load_catalog(catalog_id, version)
    return are_clothes(list(catalog.listings["title"]))
