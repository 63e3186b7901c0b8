"""Check every row of a table: what is rejected, what is flawed, and what goes on."""

import re
from collections import Counter
from collections.abc import Mapping

import pandas as pd

from matcher.ingest.cells import is_nothing, is_rounded
from matcher.ingest.column_mapping import ColumnMap
from matcher.ingest.issues import Problem, shortened
from matcher.ingest.photos import Photo
from matcher.text import display_title

MAX_TITLE = 1_000  # characters; marketplaces stop at 250
MAX_ID = 200  # characters; the longest ids in use are UUIDs and links
_MANY = 3  # rows under one word for nothing, from which the word is told
_ROUNDED = "A spreadsheet has rounded these ids: format the column as text and export again."
_PHASH = re.compile("[0-9a-f]{16}")


def standard_rows(frame: pd.DataFrame, mapping: ColumnMap) -> tuple[pd.DataFrame, list[Problem]]:
    """Bring a table's rows under our names, leaving out those without a usable id.

    Args:
        frame: All str; the index holds row numbers.
        mapping: Checked against the frame.

    Returns:
        Columns item_id, title, image, photo (all ""), phash, label, with the frame's row numbers; and the problems.
    """
    frame_of_all = frame
    ids, problems = _ids(frame, mapping.item_id)
    frame = frame.loc[list(ids)]
    titles = _titles(frame, mapping.title, ids, problems)
    hashes = _hashes(frame, mapping.image_phash, ids, problems)
    columns = {
        "item_id": list(ids.values()),
        "title": titles,
        "image": _something(frame, mapping.image),
        "photo": [""] * len(frame),
        "phash": hashes,
        "label": _something(frame, mapping.label),
    }
    for column in (mapping.item_id, mapping.title, mapping.label):
        problems += _words_for_nothing(frame_of_all[column], column) if column else []
    return pd.DataFrame(columns, index=frame.index, dtype="str"), problems


def with_photos(
    listings: pd.DataFrame, mapping: ColumnMap, kept: Mapping[str, Photo] | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Fill in the photos, and reject the rows that are left with nothing to match on.

    What thousands of rows have in common, as in a table that came without its photos, is told once, at row 1.

    Args:
        listings: As `standard_rows` returns them.
        mapping: As above.
        kept: What became of each named photo; None if no photos were given at all.
    """
    names = {name: photo.name for name, photo in (kept or {}).items()}
    listings = listings.assign(photo=[names.get(image, "") for image in listings["image"]]).astype("str")
    none_found = not any(names.values())
    problems = []
    useless = []
    absent = hashed = 0
    lacking = listings[listings["photo"] == ""]
    cells = (lacking[name] for name in ("item_id", "title", "image", "phash"))
    for row, item_id, title, image, phash in zip(lacking.index, *cells, strict=True):
        found, advice, missing = _photo_state(image, kept)
        if not (title or phash):
            useless.append(row)
            found = f"Nothing to match on. {'The title is empty. ' if mapping.title else ''}{found}"
            problems.append(Problem(int(row), item_id, "", found, advice, rejected=True))
        elif image and missing and (phash or none_found):
            absent += 1
            hashed += bool(phash)
        elif image or not (phash or none_found):
            problems.append(Problem(int(row), item_id, mapping.image or "", found, advice))
    problems += _photo_remarks(listings, mapping, kept or {})
    if absent:
        outcome = "no photos were given" if kept is None else "no such files are among the photos"
        advice = "Give the folder or the zip of photos to match by photo."
        if hashed:
            advice = f"The photo hashes of {hashed:,} rows serve in their place. {advice}"
        problems.append(
            Problem(
                1, "", mapping.image or "", f"{absent:,} of {len(listings):,} rows name a photo, but {outcome}.", advice
            )
        )
    return listings.drop(useless), problems


def _photo_remarks(listings: pd.DataFrame, mapping: ColumnMap, kept: Mapping[str, Photo]) -> list[Problem]:
    """Tell the photos that are damaged and shown all the same, and the cells that name several."""
    problems = []
    several = []
    for row, item_id, image in zip(listings.index, listings["item_id"], listings["image"], strict=True):
        photo = kept.get(image)
        if photo and photo.flaw:
            advice = "It is shown as far as it goes. Send it again if it looks wrong."
            problems.append(
                Problem(int(row), item_id, mapping.image or "", f"{shortened(image)}: {photo.flaw}", advice)
            )
        if photo and photo.name and photo.several > 1:
            several.append(int(row))
    if several:
        found = f"{len(several):,} rows name several photos, the first in row {several[0]}."
        advice = "The first one that is there is compared; the others stay named in the column."
        problems.append(Problem(1, "", mapping.image or "", found, advice))
    return problems


def _ids(frame: pd.DataFrame, column: str | None) -> tuple[dict[int, str], list[Problem]]:
    """Find the usable ids by row number."""
    if column is None:
        advice = "Row numbers serve as ids. Verdicts are kept by id: keep the order of rows, or add a column of ids."
        return {int(row): str(row) for row in frame.index}, [Problem(1, "", "", "No column holds ids.", advice)]
    ids: dict[int, str] = {}
    first_row: dict[str, int] = {}
    problems = []
    for row, item_id in zip(frame.index, frame[column], strict=True):
        if item_id in first_row:
            found = f"Id {shortened(item_id)} stands in row {first_row[item_id]} already."
            advice = _ROUNDED if is_rounded(item_id) else "Give each listing an id of its own."
        elif is_nothing(item_id):
            found = f"The id is {shortened(item_id)}, which stands for nothing." if item_id else "The id is empty."
            advice = "Give the listing an id."
        elif len(item_id) > MAX_ID:
            found = f"The id has {len(item_id):,} characters; at most {MAX_ID} are expected."
            advice = "Give the listing a shorter id, or choose another column for ids."
        else:
            ids[int(row)] = item_id
            first_row[item_id] = int(row)
            continue
        problems.append(Problem(int(row), shortened(item_id), column, found, advice, rejected=True))
    problems += _rounded_ids(ids, column)
    spaced = [row for row, item_id in ids.items() if " " in item_id]
    if spaced:
        found = f"{len(spaced):,} of {len(ids):,} ids hold a space, the first in row {spaced[0]}."
        advice = "In exports that list ids with spaces between them it is written %20, and % is written %25."
        problems.append(Problem(1, "", column, found, advice))
    return ids, problems


def _rounded_ids(ids: Mapping[int, str], column: str) -> list[Problem]:
    """Tell that a spreadsheet has rounded ids, even where no two of them became one."""
    long = [row for row, item_id in ids.items() if len(item_id) >= 16 and item_id.isdecimal()]
    rounded = [row for row in long if is_rounded(ids[row])]
    if len(rounded) * 2 < len(long) or (len(rounded) < 3 and all(len(ids[row]) == 16 for row in rounded)):
        rounded = []  # one in ten ends in a zero by chance
    rounded += [row for row, item_id in ids.items() if is_rounded(item_id) and not item_id.isdecimal()]
    if not rounded:
        return []
    found = (
        f"{len(rounded):,} of {len(ids):,} ids are rounded, as {shortened(ids[min(rounded)])} in row {min(rounded)}."
    )
    return [Problem(1, "", column, found, _ROUNDED)]


def _words_for_nothing(cells: pd.Series, column: str) -> list[Problem]:
    """Tell the words that stand for nothing in more than a few rows."""
    words = Counter(cell for cell in cells if cell and is_nothing(cell))
    return [
        Problem(1, "", column, f"{shortened(word)} stands in {count:,} rows.", "It is taken for nothing, as if empty.")
        for word, count in words.items()
        if count > _MANY
    ]


def _titles(frame: pd.DataFrame, column: str | None, ids: dict[int, str], problems: list[Problem]) -> list[str]:
    if column is None:
        return [""] * len(frame)
    titles = []
    for row, cell in zip(frame.index, frame[column], strict=True):
        title = "" if is_nothing(cell) else display_title(cell)
        if not title:
            found = f"The title is {shortened(cell)}, which stands for nothing." if cell else "The title is empty."
            problems.append(Problem(int(row), ids[row], column, found, "Add a title, if there is one."))
        elif len(title) > MAX_TITLE:
            found = f"The title has {len(title):,} characters or more: {shortened(title)}"
            advice = f"Only the first {MAX_TITLE:,} are kept. If rows seem swallowed, look for a stray double quote."
            problems.append(Problem(int(row), ids[row], column, found, advice))
        titles.append(title[:MAX_TITLE])
    return titles


def _hashes(frame: pd.DataFrame, column: str | None, ids: dict[int, str], problems: list[Problem]) -> list[str]:
    hashes = [cell.lower().removeprefix("0x") for cell in _something(frame, column)]
    for place, value in enumerate(hashes):
        if value and not _PHASH.fullmatch(value):
            row, found = int(frame.index[place]), f"{shortened(value)} is not a perceptual hash."
            advice = "Expected 16 hex digits, as in a7b618bd4636498d. The listing goes on without it."
            problems.append(Problem(row, ids[row], column or "", found, advice))
            hashes[place] = ""
    return hashes


def _something(frame: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(frame)
    return ["" if is_nothing(cell) else cell for cell in frame[column]]


def _photo_state(image: str, kept: Mapping[str, Photo] | None) -> tuple[str, str, bool]:
    """Say what is wrong with a listing's photo, what to do, and whether it is merely not there."""
    if not image:
        return "No photo is named.", "Name its photo, if there is one.", True
    if kept is None:
        return f"{shortened(image)}: no photos were given.", "Give the folder or the zip of photos.", True
    found, _, advice = kept[image].error.partition(". ")
    return f"{shortened(image)}: {found}.", advice, kept[image].missing
