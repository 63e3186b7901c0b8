"""The live threshold sliders: figures follow the mouse in the browser, and the page hears of it on release."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.metrics import Scores
from matcher.matching.threshold_grid import Rule, ThresholdGrid
from matcher.matching.threshold_report import Figures

_ASSETS = Path(__file__).parents[2] / "assets"
# One module for the browser: how counts are read, which the tests hold against the library's, then what is drawn.
SCRIPT = "\n".join(
    (_ASSETS / name).read_text(encoding="utf-8") for name in ("threshold_counts.js", "threshold_sliders.js")
)
_sliders = st.components.v2.component(
    "twinshelf_thresholds",
    html=(_ASSETS / "threshold_sliders.html").read_text(encoding="utf-8"),
    css=(_ASSETS / "threshold_sliders.css").read_text(encoding="utf-8"),
    js=SCRIPT,
)


@dataclass(frozen=True)
class Slider:
    """One row.

    Attributes:
        name_of: The threshold's name: a modality, or "learned".
        name: On the screen.
        note: A quiet line under the name.
        threshold: Where the handle stands.
        present: The threshold in force, which another one is proposed for where the two differ.
        step: What an arrow key moves.
        most: The largest distance there can be.
        percent: Whether the distance is 1 - likelihood, and shown as likelihood in percent.
    """

    name_of: str
    name: str
    note: str
    threshold: float
    present: float
    step: float
    most: float
    percent: bool = False


def draw_sliders(
    grid: ThresholdGrid,
    sliders: Sequence[Slider],
    rule: Rule,
    figures: Figures,
    present: Figures,
    *,
    changes: tuple[int, int],
    groups: NDArray[np.int32],
    review: tuple[int, float],
    listings: int,
    about: str,
    on_moved: Callable[[dict[str, float]], None],
    key: str,
) -> None:
    """Draw the sliders and figures.

    Args:
        grid: Counts with one axis for each slider.
        sliders: The rows.
        rule: How the rows' answers are joined.
        figures: Exact figures at these thresholds.
        present: Exact figures of the rule in force, to which changes are shown.
        changes: Pairs that match at these thresholds and not at those in force, and the reverse.
        groups: Shape (N,). The group of each listing at these thresholds.
        review: Doubtful pairs that are still to be asked about, and the seconds that an answer takes.
        listings: Listings in the catalog.
        about: Changes when the counts do.
        on_moved: Called before the page runs again, with the thresholds that were moved, by name.
        key: The same on every run.
    """

    def hear_move() -> None:
        moved = st.session_state[key].get("moved")
        if moved:
            on_moved({slider.name_of: float(moved[slider.name_of]) for slider in sliders if slider.name_of in moved})

    _sliders(
        key=key,
        data={
            "key": about,
            "rows": [_row(grid, axis, slider, figures) for axis, slider in enumerate(sliders)],
            "rule": rule,
            "grid": {name: _pack(getattr(grid, name)) for name in ("same", "known", "found")},
            "true_pairs": figures.true_pairs,
            "reached": figures.reached,
            "changes": {"comes": changes[0], "goes": changes[1]},
            "groups": _count_groups(groups),
            "review": {"left": review[0], "seconds": review[1]},
            "listings": listings,
            "exact": _figures(figures),
            "present": _figures(present),
        },
        on_moved_change=hear_move,
    )


def _row(grid: ThresholdGrid, axis: int, slider: Slider, figures: Figures) -> dict[str, Any]:
    same, other, found = grid.histogram(axis)
    return {
        "id": slider.name_of,
        "name": slider.name,
        "note": slider.note,
        "value": slider.threshold,
        "present": slider.present,
        "top": grid.tops[axis],
        "most": slider.most,
        "step": slider.step,
        "percent": slider.percent,
        "same": _pack(same),
        "other": _pack(other if figures.pair else found),
    }


def _count_groups(groups: NDArray[np.int32]) -> dict[str, int]:
    sizes = np.bincount(groups)
    return {"count": int((sizes > 1).sum()), "largest": int(sizes.max(initial=0))}


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "pair": {"matches": figures.matches, **_scores(figures.pair)},
        "listing": _scores(figures.listing) if figures.listing else None,
    }


def _scores(scores: Scores | None) -> dict[str, float]:
    return vars(scores) if scores else {}


def _pack(counts: NDArray[np.float64]) -> Any:
    """Counts as the browser takes them; whole ones without their ".0", which would be a third of the message."""
    whole = np.rint(counts)
    return (whole.astype(np.int64) if np.allclose(whole, counts, atol=1e-6) else counts.round(2)).tolist()
