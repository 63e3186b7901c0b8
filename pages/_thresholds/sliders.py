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

_ASSETS = Path(__file__).parents[2] / "assets"
_sliders = st.components.v2.component(
    "twinshelf_thresholds",
    html=(_ASSETS / "threshold_sliders.html").read_text(encoding="utf-8"),
    css=(_ASSETS / "threshold_sliders.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "threshold_sliders.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Slider:
    """One row.

    Attributes:
        modality: "text", "image" or "fused".
        name: On the screen.
        note: A quiet line under the name.
        threshold: Where the handle stands.
        step: What an arrow key moves.
        most: The largest distance there can be.
    """

    modality: str
    name: str
    note: str
    threshold: float
    step: float
    most: float


@dataclass(frozen=True)
class Figures:
    """What the sliders show at rest.

    Attributes:
        pair: Scores over pairs, None when nothing is known of any pair.
        listing: Scores as the mean over listings; None as above, or where only verdicts are known.
        matches: Matching pairs.
        true_pairs: Same pairs there are, also those that no search returned; None as `pair`.
        reached: Share of them that the search returned; None where that cannot be known.
    """

    pair: Scores | None
    listing: Scores | None
    matches: int
    true_pairs: float | None
    reached: float | None


def threshold_sliders(
    grid: ThresholdGrid,
    sliders: Sequence[Slider],
    rule: Rule,
    figures: Figures,
    *,
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
        listings: Listings in the catalog.
        about: Changes when the counts do.
        on_moved: Called before the page runs again, with the threshold of each modality.
        key: The same on every run.
    """

    def moved() -> None:
        asked = st.session_state[key].get("moved")
        if asked:
            on_moved({slider.modality: asked[slider.modality] for slider in sliders})

    _sliders(
        key=key,
        data={
            "key": about,
            "rows": [_row(grid, axis, slider, figures) for axis, slider in enumerate(sliders)],
            "rule": rule,
            "grid": {name: _sent(getattr(grid, name)) for name in ("same", "known", "found")},
            "true_pairs": figures.true_pairs,
            "reached": figures.reached,
            "listings": listings,
            "exact": {
                "pair": {"matches": figures.matches, **_scores(figures.pair)},
                "listing": _scores(figures.listing) if figures.listing else None,
            },
        },
        on_moved_change=moved,
    )


def _row(grid: ThresholdGrid, axis: int, slider: Slider, figures: Figures) -> dict[str, Any]:
    same, other, found = grid.histogram(axis)
    return {
        "id": slider.modality,
        "name": slider.name,
        "note": slider.note,
        "value": slider.threshold,
        "top": grid.tops[axis],
        "most": slider.most,
        "step": slider.step,
        "same": _sent(same),
        "other": _sent(other if figures.pair else found),
    }


def _scores(scores: Scores | None) -> dict[str, float]:
    return vars(scores) if scores else {}


def _sent(counts: NDArray[np.float64]) -> Any:
    """Counts as the browser takes them; whole ones without their ".0", which would be a third of the message."""
    whole = np.rint(counts)
    return (whole.astype(np.int64) if np.allclose(whole, counts, atol=1e-6) else counts.round(2)).tolist()
