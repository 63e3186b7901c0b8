"""Move thresholds; watch the figures and the pairs that flip."""

from dataclasses import replace

import numpy as np
import streamlit as st

from matcher import jobs
from matcher.matching.recipe import Recipe
from matcher.matching.tuning import tune_recipe
from matcher.pipeline import recipes
from pages._shared import job_panel, measured
from pages._shared.charts import chart
from pages._shared.opened_catalog import Matched, need_matches
from pages._shared.pair_tiles import pair_tiles
from pages._shared.wording import FUSIONS, MEANS, METRICS, NAMES, encoder_name
from pages._thresholds.curves import matches_per_listing, over_threshold, precision_recall
from pages._thresholds.presets import presets
from pages._thresholds.sliders import Slider, threshold_sliders

BEFORE = "thresholds-before"  # the recipe before the last move, to show what flipped
SHOWN = 4


def main() -> None:
    """Rule, sliders, flips, curves."""
    title, kept = st.columns([3, 1], vertical_alignment="bottom")
    title.title("Thresholds")
    matched = need_matches()
    with kept:
        presets(matched, put)
    known = measured.known_of(matched)
    rule(matched)
    sliders(matched, known)
    tuning(matched, known)
    measured_on(matched, known)
    flips(matched, known)
    curves(matched, known)
    search(matched)


def put(matched: Matched, recipe: Recipe) -> None:
    """Put another recipe in force, and remember the one before."""
    if recipe != matched.recipe:
        st.session_state[BEFORE] = (matched.id, matched.encoded.key, matched.recipe)
        recipes.set_recipe(matched.workspace, matched.id, recipe)


def complete(matched: Matched, recipe: Recipe) -> Recipe:
    """The same with usual thresholds where another rule has left some unset."""
    usual = recipes.usual_recipe(matched.workspace, matched.encoded.config)
    names = [f"{axis}_threshold" for axis in measured.axes_of(recipe)]
    recipe = replace(recipe, text_alone=usual.text_alone, image_alone=usual.image_alone)
    return replace(recipe, **{name: getattr(usual, name) for name in names if getattr(recipe, name) is None})


def rule(matched: Matched) -> None:
    """How titles and photos are joined."""
    recipe = matched.recipe
    if not measured.joins(recipe):
        return

    def chosen() -> None:
        put(matched, complete(matched, replace(recipe, fusion=st.session_state["fusion"])))

    def weighed() -> None:
        put(matched, replace(recipe, text_weight=st.session_state["weight"] / 100))

    def averaged() -> None:
        put(matched, replace(recipe, mean=st.session_state["mean"]))

    st.session_state["mean"] = recipe.mean
    st.session_state["fusion"], st.session_state["weight"] = recipe.fusion, round(100 * recipe.text_weight)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "A pair matches by", list(FUSIONS), format_func=lambda name: FUSIONS[name][0], key="fusion", required=True,
            on_change=chosen,
        )  # fmt: skip
        if recipe.fusion == "mean":
            st.slider("Weight of the title", 0, 100, step=5, format="%d %%", key="weight", on_change=weighed, width=260)
            st.segmented_control(
                "Kind of mean", list(MEANS), format_func=MEANS.get, key="mean", required=True, on_change=averaged,
                help="The usual mean asks both to be near. The lenient one, the geometric mean, is content when one of "
                "the two is very near, and so lies between it and “Title or photo”.",
            )  # fmt: skip
    st.caption(FUSIONS[recipe.fusion][1])


def sliders(matched: Matched, known: measured.Known) -> None:
    """The live sliders and their figures."""
    recipe = matched.recipe
    grid, steps, about = measured.grid_of(matched, known)
    notes = {"text": encoder_name(recipe.text_encoder), "image": encoder_name(recipe.image_encoder), "fused": ""}
    most = 1e9 if recipe.metric == "manhattan" else 2.0
    rows = [
        Slider(axis, NAMES[axis], notes[axis], getattr(recipe, f"{axis}_threshold"), step, most)
        for axis, step in zip(measured.axes_of(recipe), steps, strict=True)
    ]

    def moved(asked: dict[str, float]) -> None:
        put(matched, replace(recipe, **{f"{axis}_threshold": round(value, 6) for axis, value in asked.items()}))

    threshold_sliders(
        grid, rows, "all" if recipe.fusion == "both" else "any", measured.figures_of(matched, known),
        listings=matched.info.listings, about=about, on_moved=moved, key="sliders",
    )  # fmt: skip


def tuning(matched: Matched, known: measured.Known) -> None:
    """Let the labels choose."""
    off = known.truth is None
    why = "Needs labels: a column that says which listings are one product." if off else None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        best = st.button("Best F1", type="primary", icon=":material/auto_fix_high:", disabled=off, help=why)
        floor = st.session_state.setdefault("floor", 0.95)
        most = st.button("Most recall with a precision of at least", icon=":material/verified:", disabled=off, help=why)
        st.number_input("Precision", 0.5, 1.0, step=0.01, key="floor", width=120, label_visibility="collapsed")
    if known.truth is not None and (best or most):
        pairs, codes = matched.encoded.pairs, matched.catalog.codes
        # Labels on a part of the pool only: the rest brings its own false matches.
        growth = len(codes) / known.truth.listings
        objective = f"precision@{floor:g}" if most else "f1"
        with st.spinner("Trying all thresholds"):
            is_query = recipes.kept_out(matched.workspace, matched.encoded.config)
            put(matched, tune_recipe(pairs, codes, matched.recipe, objective, growth=growth, is_query=is_query))
        st.rerun()


def measured_on(matched: Matched, known: measured.Known) -> None:
    """What the figures above stand on."""
    pool = f"in a pool of {matched.info.listings:,}"
    if known.truth is not None:
        products = len(np.unique(matched.catalog.codes[matched.catalog.codes >= 0]))
        st.caption(
            f"Measured on the labels of {known.truth.listings:,} listings ({products:,} products) {pool}. "
            "Per listing: mean over listings, each counted among its own matches, as in the paper and the contest. "
            "The same thresholds score lower in a larger pool."
        )
        _said_of_learned(matched)
    elif known.anything:
        said = measured.fair_sample(matched)
        fair = "None of them is a fair sample of the matches yet."
        if said.precision is not None:
            fair = (
                f"In a fair sample of {said.sample:,} matches {said.precision:.3f} are right "
                f"(95 % interval {said.low:.3f} to {said.high:.3f})."
            )
        st.caption(
            f"Measured on {known.same:,} pairs judged the same and {known.different:,} judged different {pool}. "
            f"Doubtful pairs are asked first, so these figures are lower than the truth. {fair}"
        )
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                "Nothing is known of these pairs yet, so there are counts but no precision and recall. Labels in the "
                "table give both; so do verdicts, one of them “same” at least."
            )
            st.page_link("pages/review.py", label="Give verdicts", icon=":material/fact_check:")


def _said_of_learned(matched: Matched) -> None:
    """Say where figures flatter, and on what the buttons choose thresholds."""
    learned = int(measured.read_training_rows(matched)[matched.catalog.codes >= 0].sum())
    if learned:
        st.caption(
            f":material/school: {learned:,} of these listings are of products that an encoder in use was trained on: "
            "these figures flatter. “Best F1” asks about the other products only, where there are enough of them."
        )


def flips(matched: Matched, known: measured.Known) -> None:
    """The pairs that the last move decided otherwise, or else those at the edge."""
    about, key, before = st.session_state.get(BEFORE, ("", "", None))
    if before is not None and (about, key) == (matched.id, matched.encoded.key):
        changed = measured.flipped(matched, before, 2 * SHOWN)
        sides = {
            f"Became matches: {changed.came:,}": changed.some_came,
            f"No longer matches: {changed.went:,}": changed.some_went,
        }
        nothing = "The last move decided no pair otherwise."
    else:
        inside, outside = measured.around(matched, 2 * SHOWN)
        sides = {"The last to match": inside, "The first not to": outside}
        nothing = "No pair was found at these distances."
    sides = {head: rows for head, rows in sides.items() if len(rows)}
    if not sides:
        st.caption(nothing)
        return
    for column, (head, rows) in zip(st.columns(len(sides), gap="medium"), sides.items(), strict=True):
        shown = rows[: 2 * SHOWN // len(sides)]
        with column:
            st.markdown(f"**{head}**")
            pair_tiles(matched, shown.tolist(), known.kind[shown].tolist())


def curves(matched: Matched, known: measured.Known) -> None:
    """Precision and recall over all thresholds, and matches for each listing."""
    all_curves, figures = measured.curves_of(matched, known), measured.figures_of(matched, known)
    columns = st.columns(3 if all_curves else 1, gap="medium")
    if all_curves:
        with columns[0]:
            st.markdown("**Precision against recall**")
            now = (figures.pair.precision, figures.pair.recall) if figures.pair else None
            chart(precision_recall(all_curves, NAMES, now), key="curve-pr")
        with columns[1]:
            axis = st.segmented_control(
                "Over the threshold of", list(all_curves), format_func=NAMES.get, default=next(iter(all_curves)),
                required=True, key="curve-axis", label_visibility="collapsed",
            )  # fmt: skip
            asked = axis in measured.axes_of(matched.recipe)
            current = getattr(matched.recipe, f"{axis}_threshold") if asked else None
            top = measured.reach_of(matched, known, axis)
            chart(over_threshold(all_curves[axis], top, modality=axis, current=current), key="curve-threshold")
    with columns[-1]:
        st.markdown("**Matches of each listing**")
        chart(matches_per_listing(measured.sizes_of(matched)), key="sizes")
    if all_curves:
        st.caption("Per pair, each modality alone.")


def search(matched: Matched) -> None:
    """K and metric: rare, and they mean a new search."""
    config = matched.encoded.config
    running = jobs.latest(matched.workspace, "encode", matched.id)
    if running and running.active:
        job_panel.follow(matched.workspace, running.id, "Finding matches again")
        return
    with st.expander("How pairs are found", icon=":material/travel_explore:"), st.form("search", border=False):
        columns = st.columns([1, 1, 1, 1], vertical_alignment="bottom")
        k = columns[0].number_input("Nearest listings searched (K)", 1, 1000, config.k)
        metric = columns[1].selectbox("Distance", list(METRICS), list(METRICS).index(config.metric), METRICS.get)
        weight = columns[2].number_input("Title's share when joined, %", 0, 100, round(100 * config.text_weight), 5)
        if columns[3].form_submit_button("Find matches again", icon=":material/refresh:"):
            asked = replace(config, k=int(k), metric=metric, text_weight=weight / 100)
            jobs.start(matched.workspace, "encode", asked)
            st.rerun()
        st.caption("The vectors are kept; the search runs again. Another distance starts from thresholds of its own.")


main()
