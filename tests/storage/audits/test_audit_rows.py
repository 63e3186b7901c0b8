"""Listings that were resolved completely are kept, and hold for the listings as they were."""

from matcher.storage.audits.rows import Audit, drop_audit, keep_audit, list_audits
from matcher.storage.database import Store, sqlite_url


def test_an_audit_is_kept_and_taken_back(tmp_path):
    store = Store(sqlite_url(tmp_path / "matcher.db"))
    keep_audit(store, "shop", "first", Audit("b", True, "one.tab", "Ana"))
    keep_audit(store, "shop", "first", Audit("a", False))
    keep_audit(store, "other", "first", Audit("a", True))
    found = list_audits(store, "shop", "first")
    assert [(audit.item_id, audit.is_complete, audit.curator) for audit in found] == [
        ("b", True, "Ana"),
        ("a", False, ""),
    ]
    keep_audit(store, "shop", "first", Audit("a", True))  # later after all
    assert [audit.is_complete for audit in list_audits(store, "shop", "first")] == [True, True]
    assert drop_audit(store, "shop", "a")
    assert not drop_audit(store, "shop", "a")
    assert [audit.item_id for audit in list_audits(store, "shop", "first")] == ["b"]
    assert len(list_audits(store, "other", "first")) == 1
    store.close()


def test_an_audit_says_nothing_of_listings_that_came_since(tmp_path):
    store = Store(sqlite_url(tmp_path / "matcher.db"))
    keep_audit(store, "shop", "first", Audit("a", True))
    assert list_audits(store, "shop", "second") == []
    keep_audit(store, "shop", "second", Audit("a", True))
    assert list_audits(store, "shop", "first") == []
    store.close()
