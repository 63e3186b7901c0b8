"""What was wrong with an upload, in a form a curator can act on and download."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pandas as pd

from matcher.text import plain

SHOWN = 80  # characters of a stranger's text quoted in a message


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a table, as the curator finds it in a spreadsheet.

    Attributes:
        row: As a spreadsheet numbers it, the header being 1; a remark on a whole column or table also stands at 1.
        item_id: The listing's id, "" if it has none.
        column: The name of the column in the source, "" for the whole row.
        found: What was found; plain text of bounded length.
        advice: What to do.
        rejected: Whether the row was left out; otherwise the listing goes on without the flawed part.
    """

    row: int
    item_id: str
    column: str
    found: str
    advice: str
    rejected: bool = False


def shortened(text: str) -> str:
    """Cut a stranger's text to what a message can carry, on one line and with nothing invisible."""
    text = plain(text[: 4 * SHOWN])
    return f"{text[:SHOWN]}…" if len(text) > SHOWN else text


def problems_frame(problems: Sequence[Problem]) -> pd.DataFrame:
    """Lay problems out as a table: row, item_id, column, found, advice, rejected."""
    names = [field.name for field in fields(Problem)]
    frame = pd.DataFrame([[getattr(problem, name) for name in names] for problem in problems], columns=names)
    return frame.astype({"row": "int64", "rejected": "bool"} | {name: "str" for name in names[1:-1]})
