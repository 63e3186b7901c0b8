"""Matches, groups and verdicts as tables, and tables as files that no spreadsheet takes for a program.

A title such as `=HYPERLINK(...)` is a formula once a spreadsheet opens it. In CSV such a cell gets an apostrophe in
front, which reading the file takes off again; in Excel it is stored as text; Parquet runs nothing, so there it stays
as it is. Plain numbers such as -5 are left alone. What a machine reads (`guard=False`) holds every cell as it is.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.ingest.table import unused_name
from matcher.storage.excel_writer import workbook
from matcher.storage.files import fingerprint
from matcher.storage.records import MATCH, UNSURE, VARIANT, Verdict
from matcher.text import guard_formulas

Format = Literal["CSV", "Parquet", "Excel"]
ENDINGS: dict[Format, str] = {"CSV": ".csv", "Parquet": ".parquet", "Excel": ".xlsx"}
PROBABLE = "learned"  # the distance of a pair model: 1 - probability
CONTEST_MATCHES = 50  # Shopee's contest took at most fifty matches a posting, itself included

_SEPARATORS = (" ", "|", "\t")  # between the ids of a list; an id is one line without a tab


def export_name(catalog_id: str, table: str, ending: str, *decides: object) -> str:
    """What a file that is handed out is called: two of other content never share a name.

    Args:
        catalog_id: The catalog's.
        table: What is in the file, in a word.
        ending: Of the name, with its dot.
        decides: What decides the content, as JSON can hold it: versions, the recipe, verdicts.
    """
    return f"{catalog_id}-{table}-{fingerprint([table, *decides])[:8]}{ending}"


def match_table(
    listings: pd.DataFrame,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    distance: Mapping[str, NDArray[np.float32]],
    verdicts: Iterable[Verdict] = (),
    *,
    number: NDArray[np.integer],
    direct: NDArray[np.bool_],
) -> pd.DataFrame:
    """Lay out pairs of listings, one a row, the closest first.

    Args:
        listings: Shape (N, ...). A catalog's.
        left: Shape (P,). Row numbers, of the matching pairs only.
        right: Shape (P,).
        distance: Shape (P,) by modality; inf where a pair has none.
        verdicts: Those in force.
        number: Shape (N,). Number of each listing's group.
        direct: Shape (P,). Whether recipe or verdict match the two themselves.

    Returns:
        left_id, right_id, left_title, right_title, <modality>_distance..., probability (only by a pair model, and then
        the rows' order: of the pair by itself, 0 where it is one through its group), left_label, right_label,
        judged_by_hand (yes where a curator said that they are the same), unsure (yes where one could not tell), group
        (its number), through_others (yes where only others between the two bring them together) and variants (ids of
        listings that curators called a variant of one of the two).
    """
    verdicts = list(verdicts)
    columns: dict[str, object] = {}
    for name in ("id", "title"):
        cells = listings["item_id" if name == "id" else name].to_numpy()
        columns |= {f"left_{name}": cells[left], f"right_{name}": cells[right]}
    for modality, values in distance.items():
        if modality == PROBABLE:
            likely = np.round(1 - values.astype(np.float64), 6)
            columns["probability"] = np.where(np.isfinite(likely), likely, 0.0)
            continue
        rounded = np.round(values.astype(np.float64), 6)  # float32 knows no more, and repeats no false digits
        columns[f"{modality}_distance"] = np.where(np.isfinite(rounded), rounded, np.nan)
    labels = listings["label"].to_numpy()
    columns |= {"left_label": labels[left], "right_label": labels[right]}
    kinds = {(verdict.left_id, verdict.right_id): verdict.kind for verdict in verdicts}
    ids = listings["item_id"].to_numpy()
    said = [kinds.get((min(pair), max(pair)), "") for pair in zip(ids[left], ids[right], strict=True)]
    columns["judged_by_hand"] = ["yes" if kind == MATCH else "" for kind in said]
    columns["unsure"] = ["yes" if kind == UNSURE else "" for kind in said]
    columns |= {"group": number[left], "through_others": np.where(direct, "", "yes")}
    columns["variants"] = _list_variants(ids[left], ids[right], verdicts, separator_of(listings["item_id"]))
    frame = pd.DataFrame(columns)
    told = [distance[PROBABLE]] if PROBABLE in distance else [*distance.values()]
    closest = np.min(told, axis=0) if told else np.zeros(len(left))
    return frame.iloc[np.argsort(closest, kind="stable")].reset_index(drop=True)


def _list_variants(
    left: NDArray[np.object_], right: NDArray[np.object_], verdicts: Iterable[Verdict], separator: str
) -> list[str]:
    """What curators called variants of either of two listings, for each pair of them."""
    known: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.kind == VARIANT:
            known.setdefault(verdict.left_id, []).append(verdict.right_id)
            known.setdefault(verdict.right_id, []).append(verdict.left_id)
    return [
        separator.join(sorted({*known.get(one, ()), *known.get(other, ())}))
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]


def match_lists(
    item_ids: pd.Series,
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    distance: NDArray[np.float32] | None = None,
) -> pd.DataFrame:
    """List each listing's matches in one cell: itself first, then the closest.

    Args:
        item_ids: Shape (N,).
        left: Shape (P,). Row numbers, of the matching pairs only.
        right: Shape (P,).
        distance: Shape (P,), to order by; None for the order of rows.

    Returns:
        item_id, matches; every id as it is, with `separator_of(item_ids)` between those of a list.
    """
    query = np.concatenate([left, right])
    match = np.concatenate([right, left])
    rank = match if distance is None else np.concatenate([distance, distance])
    order = np.lexsort((match, rank, query))
    starts = np.searchsorted(query[order], np.arange(len(item_ids) + 1))
    written, separator = item_ids.tolist(), separator_of(item_ids)
    found = match[order].tolist()
    lists = [
        separator.join([own, *(written[place] for place in found[start:end])])
        for own, start, end in zip(written, starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    ]
    return pd.DataFrame({"item_id": item_ids.to_numpy(), "matches": lists}, dtype="str")


def separator_of(item_ids: pd.Series) -> str:
    """What parts the ids of a list: a space, or a vertical bar or a tab where some id holds a space."""
    return next(sign for sign in _SEPARATORS if sign == "\t" or not item_ids.str.contains(sign, regex=False).any())


def contest_lists(match_lists: pd.DataFrame) -> pd.DataFrame:
    """Bring `match_lists` into the form of Shopee's contest: posting_id, matches, at most fifty of them."""
    separator = separator_of(match_lists["item_id"])
    cut = [separator.join(matches.split(separator)[:CONTEST_MATCHES]) for matches in match_lists["matches"]]
    return pd.DataFrame({"posting_id": match_lists["item_id"].to_numpy(), "matches": cut}, dtype="str")


def group_table(
    listings: pd.DataFrame,
    number: NDArray[np.integer],
    family: NDArray[np.integer] | None = None,
    main: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """Lay out all listings by group, the largest groups first.

    Args:
        listings: Shape (N, ...). A catalog's.
        number: Shape (N,). Number of each listing's group.
        family: Shape (N,). Number of each listing's family: of the groups that are variants of each other; None where
            no variant is known.
        main: Shape (N,). Row of the main listing of each listing's group; None where that does not matter.

    Returns:
        group, size, family, main (the id of the group's main listing, which stands first of it), and all columns of the
        listings but the working copy's name. Where the curator has columns of these names, those keep them, and ours
        are called match_group, match_size and so on.
    """
    _, inverse, sizes = np.unique(number, return_inverse=True, return_counts=True)
    frame = listings.drop(columns="photo", errors="ignore")
    if "photo_2" in frame and "photo" not in frame:
        frame = frame.rename(columns={"photo_2": "photo"})  # the curator's own, which gave way to ours
    taken = [str(name) for name in frame.columns]
    values = {"group": number, "size": sizes[inverse], "family": number if family is None else family}
    later = np.zeros(len(frame), np.bool_)
    if main is not None:
        values["main"] = listings["item_id"].to_numpy()[main]
        later = main != np.arange(len(frame))
    for place, (name, column) in enumerate(values.items()):
        frame.insert(place, unused_name(name if name not in taken else f"match_{name}", taken), column)
    return frame.iloc[np.lexsort((later, number, -sizes[inverse]))].reset_index(drop=True)


def verdict_table(verdicts: Iterable[Verdict], listings: pd.DataFrame) -> pd.DataFrame:
    """Lay out a curator's verdicts with both titles, in the order given; a listing that has left has no title.

    Returns:
        left_id, right_id, verdict, left_title, right_title, given (UTC), where, sampled, curator, note.
    """
    titles = dict(zip(listings["item_id"], listings["title"], strict=True))
    rows = [
        (
            v.left_id,
            v.right_id,
            v.kind,
            titles.get(v.left_id, ""),
            titles.get(v.right_id, ""),
            v.made,
            v.source,
            v.sampled,
            v.curator,
            v.note,
        )
        for v in verdicts
    ]
    names = [
        "left_id",
        "right_id",
        "verdict",
        "left_title",
        "right_title",
        "given",
        "where",
        "sampled",
        "curator",
        "note",
    ]
    frame = pd.DataFrame(rows, columns=names)
    frame["given"] = pd.to_datetime(frame["given"].astype("float64"), unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
    return frame


def to_bytes(frame: pd.DataFrame, kind: Format, *, mark: bool = True, guard: bool = True) -> bytes:
    """Write a table as a file.

    Args:
        frame: Text and numbers.
        kind: CSV (UTF-8), Parquet or Excel.
        mark: Whether CSV starts with the mark by which Excel knows UTF-8; other programs want none.
        guard: Whether what a spreadsheet could run gets an apostrophe in CSV; not in files that only machines read.

    Raises:
        DataError: More rows, or a longer cell, than Excel takes.
    """
    if kind == "CSV":
        return _csv(frame, guard_formulas if guard else str).encode("utf-8-sig" if mark else "utf-8")
    if kind == "Excel":
        return workbook(frame)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _csv(frame: pd.DataFrame, guard: Callable[[str], str]) -> str:
    def guarded(cell: object) -> object:
        if isinstance(cell, str):
            return guard(cell)
        return "" if cell is None or cell != cell else cell

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([guarded(str(name)) for name in frame.columns])
    writer.writerows(zip(*([guarded(cell) for cell in frame[name].tolist()] for name in frame.columns), strict=True))
    return buffer.getvalue()
