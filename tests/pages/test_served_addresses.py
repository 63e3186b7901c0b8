"""Addresses of the real server that name what is not there."""

from served_pages import errors_of, serving
from test_pages import catalog, matched, workspace

from matcher.storage.workspace import Workspace

__all__ = ["catalog", "matched", "workspace"]


def test_an_address_with_an_unknown_catalog_says_so(matched: Workspace) -> None:
    with serving(matched.root) as (_, port):
        assert not any("no catalog" in text for text in errors_of(port, "start", "catalog=shop", kind="MARKDOWN"))
        said = errors_of(port, "start", "catalog=n%3Cone%3E", kind="MARKDOWN")
    assert sum("no catalog n\\<one\\> here" in text for text in said) == 1
