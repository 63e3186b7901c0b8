"""The map of both thresholds: what the rule would score at each, where it stands, and what is proposed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import streamlit as st

from matcher.matching.metrics import Scores, Truth
from matcher.matching.threshold_grid import Axis
from matcher.matching.threshold_report import compared_distance, rule_of
from matcher.matching.thresholds.score_map import ThresholdMap, even_thresholds, map_thresholds
from matcher.vectors.distance import distance_text
from pages._shared.measured import Known, measure_reach
from pages._shared.opened_catalog import Matched

Figure = Literal["F1", "Precision", "Recall"]
KEY = "map"
_ASSETS = Path(__file__).parents[2] / "assets"
SCRIPT = "\n".join(
    (_ASSETS / name).read_text(encoding="utf-8") for name in ("threshold_map_scores.js", "threshold_map.js")
)
_map_of_thresholds = st.components.v2.component(
    "twinshelf_threshold_map",
    html='<div class="map"></div>',
    css=(_ASSETS / "threshold_map.css").read_text(encoding="utf-8"),
    js=SCRIPT,
)


def is_mapped(matched: Matched, known: Known) -> bool:
    """Whether there is a map to draw: a rule that compares titles and photos each with their own, and labels."""
    return len(matched.recipe.thresholds) == 2 and bool(known.truth.listings and known.truth.true_pairs)


def draw_map(
    matched: Matched,
    known: Known,
    proposed: Mapping[str, float],
    exact: Scores | None,
    steps: Mapping[str, float],
    on_moved: Callable[[dict[str, float]], None],
) -> None:
    """F1, precision or recall at 41 x 41 thresholds, with a point that proposes other ones.

    Args:
        matched: The open catalog.
        known: What is known of its pairs.
        proposed: The thresholds that the point stands at, by name.
        exact: Exact figures there, as the mean over listings.
        steps: What an arrow key moves, by name.
        on_moved: Called before the page runs again, with the thresholds that were moved, by name.
    """
    if not st.toggle("Map of both thresholds", key="map-shown", bind="query-params"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        figure: Figure = st.segmented_control(
            "Shown on the map", get_args(Figure), required=True, default="F1", key="map-figure", bind="query-params"
        )
        least = st.number_input(
            "Line: precision at least", 0.5, 1.0, 0.95, 0.01, key="map-precision", width=180, bind="query-params"
        )
    names = list(matched.recipe.thresholds)
    tops = tuple(measure_reach(matched, known, name) for name in names)
    unset = matched.recipe.with_thresholds(dict.fromkeys(names))
    key = (*known.key, unset.to_json(), str(tops))
    found = _map(key, tops, matched, known.truth)
    row, column = np.unravel_index(int(np.argmax(found.f1)), found.f1.shape)
    best = float(found.first[row]), float(found.second[column])

    def hear_move() -> None:
        moved = st.session_state[KEY].get("moved")
        if moved:
            on_moved({name: float(moved[name]) for name in names if name in moved})

    _map_of_thresholds(
        key=KEY,
        data={
            "key": "/".join(key),
            "first": found.first.tolist(),
            "second": found.second.tolist(),
            "scores": {name: getattr(found, name.lower()).round(4).tolist() for name in ("F1", "Precision", "Recall")},
            "shown": figure,
            "line": _trace(found, least),
            "least": least,
            "now": [matched.recipe.threshold(name) for name in names],
            "point": [proposed[name] for name in names],
            "exact": {"F1": exact.f1, "Precision": exact.precision, "Recall": exact.recall} if exact else None,
            "best": best,
            "step": [steps[name] for name in names],
        },
        on_moved_change=hear_move,
    )
    st.caption(
        "Mean per listing. Drag the circle, click elsewhere, or move it with the arrow keys (with Shift ten steps at "
        "once): what it proposes is compared below with what is in force. On the line lie the loosest photo thresholds "
        f"with that precision. The best F1 on the map is {found.f1[row, column]:.3f}, with titles within "
        f"{distance_text(best[0])} and photos within {distance_text(best[1])}."
    )


def _trace(found: ThresholdMap, least: float) -> list[list[float]]:
    """The line of a precision, as places on the map."""
    last = found.frontier(least)
    return [[float(found.first[at]), float(found.second[end])] for at, end in enumerate(last) if end >= 0]


@st.cache_resource(show_spinner="Drawing the map", max_entries=3)
def _map(key: tuple[str, ...], tops: tuple[float, ...], _matched: Matched, _truth: Truth) -> ThresholdMap:
    recipe = _matched.recipe
    inside = _truth.pairs.rank <= recipe.k
    first, second = (
        Axis(np.where(inside, compared_distance(_truth.pairs, recipe, name), np.float32(np.inf)), even_thresholds(top))
        for name, top in zip(recipe.thresholds, tops, strict=True)
    )
    return map_thresholds(first, second, rule_of(recipe), _truth)
