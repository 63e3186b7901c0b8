"""Verdicts as somebody wrote them into a table: what `verdict_table` writes, and as little as two ids and a word."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from matcher.errors import DataError
from matcher.ingest.issues import Problem, shortened
from matcher.ingest.table import Table
from matcher.storage.names import find_renamed
from matcher.storage.records import DIFFERENT, KINDS, LONGEST_NOTE, MATCH, UNSURE, VARIANT, Verdict
from matcher.storage.set_aside.goods import LONGEST_TITLE, Goods, are_others

WORDS = {
    MATCH: ("match", "same", "same product", "duplicate"),
    VARIANT: ("variant",),
    DIFFERENT: ("different", "different product", "different products"),
    UNSURE: ("unsure",),
}
"""What a kind of verdict is called in a file."""

NEEDED = ("left_id", "right_id", "verdict")
_MEANT = {word: kind for kind, words in WORDS.items() for word in words}
_DRAWN = ("chosen", "doubtful", "random", "proof")
LONGEST = 80  # characters of a curator's name
_EARLIEST, _LATEST = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("2262-01-01", tz="UTC")  # that tables can hold


@dataclass(frozen=True)
class VerdictFile:
    """What a table holds.

    Attributes:
        verdicts: In the order of rows.
        problems: Rows that were left out, and why.
        unknown: How many are about an id that the catalog does not have.
    """

    verdicts: list[Verdict]
    problems: list[Problem]
    unknown: int


def read_verdict_file(
    table: Table, item_ids: Collection[str], now: float, titles: Mapping[str, str] | None = None
) -> VerdictFile:
    """Read verdicts from a table.

    Args:
        table: As it was read, all cells text.
        item_ids: Ids of the catalog's listings; those that a program only wrote otherwise (`1` for `00001`) are known.
        now: When verdicts were given whose row does not say so, seconds since 1970.
        titles: Title by item id. A row whose left_title or right_title is that of other goods is left out.

    Raises:
        DataError: A column is missing, or none of the verdicts is about listings of the catalog.
    """
    frame = table.frame.rename(columns=lambda name: str(name).strip().casefold())
    frame = frame.loc[:, ~frame.columns.duplicated()]
    if missing := [name for name in NEEDED if name not in frame]:
        found = shortened(", ".join(map(str, table.frame.columns)))
        raise DataError(
            f"The table has no column {missing[0]}; found {found}. Expected {', '.join(NEEDED)}, and perhaps given, "
            "sampled, curator and note."
        )
    given = _read_times(frame, now)
    known = set(item_ids)
    new_ids = find_renamed({str(cell).strip() for name in NEEDED[:2] for cell in frame[name]}, known)
    verdicts: list[Verdict] = []
    problems: list[Problem] = []
    for place, (row, cells) in enumerate(zip(frame.index, frame.to_dict("records"), strict=True)):
        said = {str(name): str(cell).strip() for name, cell in cells.items()}
        problem = _find_problem(int(row), said, given[place]) or _find_others(int(row), said, new_ids, titles or {})
        if problem:
            problems.append(problem)
            continue
        verdicts.append(_make(said, given[place]))
    unknown = sum(not {new_ids.get(one, one) for one in (each.left_id, each.right_id)} <= known for each in verdicts)
    if verdicts and unknown == len(verdicts):
        left, right = (shortened(item_id) for item_id in (verdicts[0].left_id, verdicts[0].right_id))
        raise DataError(
            f"None of the {unknown:,} verdicts is about two listings of this catalog; the first names {left!r} and "
            f"{right!r}. Open the catalog they belong to."
        )
    return VerdictFile(verdicts, problems, unknown)


def _read_times(frame: pd.DataFrame, now: float) -> list[float]:
    """Seconds since 1970 of each row; not a number where a cell is no time, or none that can be kept."""
    if "given" not in frame:
        return [now] * len(frame)
    cells = frame["given"].astype(str).str.strip()
    times = pd.to_datetime(cells.where(cells != ""), utc=True, errors="coerce", format="ISO8601")
    times = times.where((times >= _EARLIEST) & (times < _LATEST))
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds().astype("float64")
    return seconds.where(cells != "", now).tolist()


def _find_problem(row: int, said: dict[str, str], given: float) -> Problem | None:
    left, right, word = (said[name] for name in NEEDED)
    if not left or not right:
        return Problem(row, left or right, "left_id" if not left else "right_id", "No id.", "Give both ids.", True)
    if left == right:
        return Problem(row, left, "right_id", f"{shortened(right)}: twice the same id.", "Name two listings.", True)
    if word.casefold() not in _MEANT:
        advice = f"Write one of {', '.join(KINDS)}."
        return Problem(row, left, "verdict", f"{shortened(word) or 'Nothing'}: no verdict.", advice, True)
    if given != given:
        advice = "Write it as 2026-01-31 18:00:00, in UTC."
        return Problem(row, left, "given", f"{shortened(said['given'])}: no time.", advice, True)
    return None


def _find_others(
    row: int, said: dict[str, str], new_ids: Mapping[str, str], titles: Mapping[str, str]
) -> Problem | None:
    """The first of the two ids that names other goods here than where the file comes from."""
    for side in ("left", "right"):
        item_id, then = said[f"{side}_id"], said.get(f"{side}_title", "")
        now = titles.get(new_ids.get(item_id, item_id), "")
        if then != now and are_others(*(Goods(title[:LONGEST_TITLE], "") for title in (then, now))):
            found = f"{shortened(item_id)} is {shortened(now)} here, and {shortened(then)} in the file."
            advice = "Leave the titles out of the file to take the verdict all the same."
            return Problem(row, item_id, f"{side}_title", found, advice, True)
    return None


def _make(said: dict[str, str], given: float) -> Verdict:
    left, right = sorted((said["left_id"], said["right_id"]))
    sampled = said.get("sampled", "")
    return Verdict(
        id=0, catalog_id="", left_id=left, right_id=right, kind=_MEANT[said["verdict"].casefold()], source="import",
        sampled=sampled if sampled in _DRAWN else "chosen", made=given,
        curator=" ".join(said.get("curator", "").split())[:LONGEST],
        note=" ".join(said.get("note", "").split())[:LONGEST_NOTE],
    )  # fmt: skip
