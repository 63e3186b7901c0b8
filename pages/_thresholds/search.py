"""How pairs are found: K, distance and the title's share. Rare, and they mean a new search."""

from dataclasses import replace

import streamlit as st

from matcher import jobs
from matcher.errors import MatcherError
from matcher.pipeline import recipes
from pages._shared import job_panel
from pages._shared.escape import literal
from pages._shared.filled import fill
from pages._shared.opened_catalog import Matched
from pages._shared.wording import METRICS
from pages._thresholds.moves.changes import SAID

DRAWN = "search-drawn"  # the search whose settings the form was filled with
FIELDS = {"k": "search-k", "metric": "search-metric", "text_weight": "search-weight"}


def draw_search(matched: Matched) -> None:
    """The form, or the search that runs."""
    running = jobs.latest(matched.workspace, "encode", matched.id)
    if running and running.active:
        job_panel.follow(matched.workspace, running.id, "Finding matches again")
        return
    config = matched.encoded.config
    shown = (config.k, config.metric, round(100 * config.text_weight))
    fill(DRAWN, config, dict(zip(FIELDS.values(), shown, strict=True)))
    with st.expander("How pairs are found", icon=":material/travel_explore:"), st.form("search", border=False):
        columns = st.columns([1, 1, 1, 1], vertical_alignment="bottom")
        columns[0].number_input("Nearest listings searched (K)", 1, 1000, key=FIELDS["k"])
        columns[1].selectbox("Distance", list(METRICS), format_func=METRICS.__getitem__, key=FIELDS["metric"])
        columns[2].number_input("Title's share when joined, %", 0, 100, step=5, key=FIELDS["text_weight"])
        columns[3].form_submit_button(
            "Find matches again", icon=":material/refresh:", on_click=_find_again, args=[matched]
        )
        st.caption("The vectors are kept; the search runs again. Another distance starts from thresholds of its own.")


def _find_again(matched: Matched) -> None:
    """Search again with what was typed, over the settings of the last search, which may be another tab's."""
    drawn = st.session_state[DRAWN]
    typed = {name: st.session_state[key] for name, key in FIELDS.items()}
    if typed["text_weight"] == round(100 * drawn.text_weight):
        typed["text_weight"] = drawn.text_weight
    else:
        typed["text_weight"] /= 100
    changed = {name: value for name, value in typed.items() if value != getattr(drawn, name)}
    try:
        jobs.start(matched.workspace, "encode", replace(recipes.last_config(matched.workspace, matched.id), **changed))
    except MatcherError as error:
        st.session_state[SAID] = literal(str(error))
