"""Verdicts from a file into the database: all of them or none, and no older word above a newer one."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

from matcher.storage.database import Store
from matcher.storage.names import find_renamed
from matcher.storage.records import Verdict
from matcher.storage.schema import verdicts as _verdicts
from matcher.storage.verdict_rows import in_force

ROUNDING = 1.0  # a file gives times in whole seconds


@dataclass(frozen=True)
class Taken:
    """What becomes of the verdicts of a file.

    Attributes:
        new: On pairs without a verdict, the oldest first.
        changed: On pairs of which something else was said before.
        known: How many were in force already; one without a note takes none away.
        older: How many give way to a later word on their pair.
    """

    new: list[Verdict]
    changed: list[Verdict]
    known: int
    older: int


def plan_import(store: Store, catalog_id: str, verdicts: Collection[Verdict], item_ids: Collection[str]) -> Taken:
    """Say what an import would change, without changing it.

    Args:
        store: The database.
        catalog_id: Where the verdicts go.
        verdicts: Of a file.
        item_ids: Ids of the catalog's listings: ids that a program only wrote otherwise (`1` for `00001`) are followed.
    """
    with store.reading() as connection:
        return _compare(in_force(connection, catalog_id), catalog_id, verdicts, item_ids)


def import_verdicts(store: Store, catalog_id: str, verdicts: Collection[Verdict], item_ids: Collection[str]) -> Taken:
    """Add the verdicts of a file in one transaction, with who, when and how each pair came up; as `plan_import`."""
    with store.writing() as connection:
        taken = _compare(in_force(connection, catalog_id), catalog_id, verdicts, item_ids)
        rows = [asdict(verdict) for verdict in sorted([*taken.new, *taken.changed], key=lambda each: each.made)]
        for row in rows:
            del row["id"]
        if rows:
            connection.execute(_verdicts.insert(), rows)
        return taken


def _compare(
    standing: Collection[Verdict], catalog_id: str, verdicts: Collection[Verdict], item_ids: Collection[str]
) -> Taken:
    before = {(verdict.left_id, verdict.right_id): verdict for verdict in standing}
    new_ids = find_renamed({item_id for each in verdicts for item_id in (each.left_id, each.right_id)}, item_ids)
    latest: dict[tuple[str, str], Verdict] = {}
    known = older = 0
    for verdict in sorted(verdicts, key=lambda each: each.made):
        left, right = sorted(new_ids.get(item_id, item_id) for item_id in (verdict.left_id, verdict.right_id))
        older += (left, right) in latest
        latest[left, right] = replace(verdict, catalog_id=catalog_id, left_id=left, right_id=right)
    new, changed = [], []
    for pair, verdict in latest.items():
        now = before.get(pair)
        if now is None:
            new.append(verdict)
        elif now.kind == verdict.kind and verdict.note in ("", now.note):
            known += 1
        elif now.made > verdict.made + ROUNDING:
            older += 1
        else:
            changed.append(verdict)
    return Taken(new, changed, known, older)
