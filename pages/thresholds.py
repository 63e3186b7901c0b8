"""Move thresholds; watch the figures and the pairs that flip."""

from dataclasses import replace

import numpy as np
import streamlit as st

from matcher import jobs
from matcher.matching.metrics import Truth
from matcher.matching.recipe import Recipe
from matcher.matching.threshold_report import rule_of
from matcher.matching.tuning import tune_recipe
from matcher.pipeline import recipes
from matcher.vectors.candidate_pairs import MODALITIES
from pages._shared import job_panel, measured
from pages._shared.charts import draw_chart
from pages._shared.modality import NAMES
from pages._shared.opened_catalog import Matched, need_matches
from pages._shared.pair_tiles import draw_pairs
from pages._shared.wording import FUSIONS, MEANS, METRICS, name_encoder
from pages._thresholds.curves import plot_matches, plot_over_threshold, plot_precision_recall
from pages._thresholds.flip_list import draw_flip_list
from pages._thresholds.outlook import draw_outlook
from pages._thresholds.presets import draw_presets
from pages._thresholds.score_map import draw_map
from pages._thresholds.sliders import Slider, draw_sliders

BEFORE = "thresholds-before"  # the recipe before the last move, to show what flipped
SHOWN = 4


def main() -> None:
    """Rule, sliders, flips, curves."""
    title, kept = st.columns([3, 1], vertical_alignment="bottom")
    title.title("Thresholds")
    matched = need_matches()
    with kept:
        draw_presets(matched, put)
    known = measured.read_truth(matched)
    draw_rule(matched)
    draw_thresholds(matched, known)
    draw_tuning(matched, known.truth)
    say_measured_on(matched, known.truth)
    draw_outlook(matched, known)
    draw_map(matched, known)
    draw_flips(matched, known)
    draw_curves(matched, known)
    draw_search(matched)


def put(matched: Matched, recipe: Recipe) -> None:
    """Put another recipe in force, and remember the one before."""
    if recipe != matched.recipe:
        st.session_state[BEFORE] = (matched.id, matched.encoded.key, matched.recipe)
        recipes.set_recipe(matched.workspace, matched.id, recipe)


def complete(matched: Matched, recipe: Recipe) -> Recipe:
    """The same with usual thresholds where another rule has left some unset."""
    usual = recipes.usual_recipe(matched.workspace, matched.encoded.config)
    recipe = replace(recipe, text_alone=usual.text_alone, image_alone=usual.image_alone)
    usual = replace(usual, fusion=recipe.fusion)  # its thresholds for this rule
    unset = [name for name, threshold in recipe.thresholds.items() if threshold is None]
    return recipe.with_thresholds({name: usual.thresholds.get(name) for name in unset})


def draw_rule(matched: Matched) -> None:
    """How titles and photos are joined."""
    recipe = matched.recipe
    if recipe.text_encoder is None or recipe.image_encoder is None:
        return

    def change_fusion() -> None:
        put(matched, complete(matched, replace(recipe, fusion=st.session_state["fusion"])))

    def change_weight() -> None:
        put(matched, replace(recipe, text_weight=st.session_state["weight"] / 100))

    def change_mean() -> None:
        put(matched, replace(recipe, mean=st.session_state["mean"]))

    st.session_state["mean"] = recipe.mean
    st.session_state["fusion"], st.session_state["weight"] = recipe.fusion, round(100 * recipe.text_weight)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "A pair matches by", list(FUSIONS), format_func=lambda name: FUSIONS[name][0], key="fusion", required=True,
            on_change=change_fusion,
        )  # fmt: skip
        if recipe.fusion == "mean":
            st.slider(
                "Weight of the title", 0, 100, step=5, format="%d %%", key="weight", on_change=change_weight, width=260
            )
            st.segmented_control(
                "Kind of mean", list(MEANS), format_func=MEANS.__getitem__, key="mean", required=True,
                on_change=change_mean,
                help="The usual mean asks both to be near. The lenient one, the geometric mean, is content when one of "
                "the two is very near, and so lies between it and “Title or photo”.",
            )  # fmt: skip
    st.caption(FUSIONS[recipe.fusion][1])


def draw_thresholds(matched: Matched, known: measured.Known) -> None:
    """The live sliders and their figures."""
    recipe = matched.recipe
    grid, steps, about = measured.count_grid(matched, known)
    notes = {"text": name_encoder(recipe.text_encoder), "image": name_encoder(recipe.image_encoder), "fused": ""}
    most = 1e9 if recipe.metric == "manhattan" else 2.0
    rows = [
        Slider(axis, NAMES[axis], notes[axis], recipe.threshold(axis), step, most)
        for axis, step in zip((name for name in MODALITIES if name in recipe.thresholds), steps, strict=True)
    ]

    def move(thresholds: dict[str, float]) -> None:
        put(matched, recipe.with_thresholds({name: round(value, 6) for name, value in thresholds.items()}))

    draw_sliders(
        grid, rows, rule_of(recipe), measured.measure_figures(matched, known),
        listings=matched.info.listings, about=about, on_moved=move, key="sliders",
    )  # fmt: skip


def draw_tuning(matched: Matched, truth: Truth) -> None:
    """Let the labels choose."""
    off = not (truth.listings and truth.true_pairs)
    why = "Needs labels: a column that says which listings are one product, for two of them at least." if off else None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        best = st.button("Best F1", type="primary", icon=":material/auto_fix_high:", disabled=off, help=why)
        floor = st.session_state.setdefault("floor", 0.95)
        most = st.button("Most recall with a precision of at least", icon=":material/verified:", disabled=off, help=why)
        st.number_input("Precision", 0.5, 1.0, step=0.01, key="floor", width=120, label_visibility="collapsed")
    if not off and (best or most):
        pairs, codes = matched.encoded.pairs, matched.catalog.codes
        # Labels on a part of the pool only: the rest brings its own false matches.
        growth = len(codes) / truth.listings
        objective = f"precision@{floor:g}" if most else "f1"
        with st.spinner("Trying all thresholds"):
            is_query = recipes.kept_out(matched.workspace, matched.encoded.config)
            same, different = measured.find_judged(matched)
            tuned = tune_recipe(
                pairs,
                codes,
                matched.recipe,
                objective,
                growth=growth,
                is_query=is_query,
                same=same,
                different=different,
            )  # fmt: skip
            put(matched, tuned)
        st.rerun()


def say_measured_on(matched: Matched, truth: Truth) -> None:
    """What the figures above stand on."""
    pool = f"in a pool of {matched.info.listings:,}"
    if truth.listings and truth.true_pairs:
        plural = "" if truth.judged == 1 else "s"
        verdicts = f", {truth.judged:,} verdict{plural} above them" if truth.judged else ""
        products = len(np.unique(matched.catalog.codes[matched.catalog.codes >= 0]))
        st.caption(
            f"Measured on the labels of {truth.listings:,} listings ({products:,} products){verdicts} {pool}. "
            "Per listing: mean over listings, each counted among its own matches, as in the paper and the contest. "
            "The same thresholds score lower in a larger pool."
        )
        _warn_of_learned(matched)
    elif truth.true_pairs:
        said = measured.score_sample(matched)
        fair = "None of them is a fair sample of the matches yet."
        if said.precision is not None:
            fair = (
                f"In a fair sample of {said.sample:,} matches {said.precision:.3f} are right "
                f"(95 % interval {said.low:.3f} to {said.high:.3f})."
            )
        st.caption(
            f"Measured on {truth.true_pairs:,} pairs judged the same and {truth.judged - truth.true_pairs:,} judged "
            f"different {pool}. "
            f"Doubtful pairs are asked first, so these figures are lower than the truth. {fair}"
        )
    else:
        known = (
            "Nothing to measure: the labels name no two listings of one product"
            if truth.listings
            else ("Nothing is known of these pairs yet")
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"{known}, so there are counts but no precision and recall. Labels in the "
                "table give both; so do verdicts, one of them “same” at least."
            )
            st.page_link("pages/review.py", label="Give verdicts", icon=":material/fact_check:")


def _warn_of_learned(matched: Matched) -> None:
    """Say where figures flatter, and on what the buttons choose thresholds."""
    learned = int(measured.find_learned(matched)[matched.catalog.codes >= 0].sum())
    if learned:
        st.caption(
            f":material/school: {learned:,} of these listings are of products that an encoder in use was trained on: "
            "these figures flatter. “Best F1” asks about the other products only, where there are enough of them."
        )


def draw_flips(matched: Matched, known: measured.Known) -> None:
    """The pairs that the last move decided otherwise, or else those at the edge."""
    about, key, before = st.session_state.get(BEFORE, ("", "", None))
    if before is not None and (about, key) == (matched.id, matched.encoded.key):
        draw_flip_list(matched, known, before, 2 * SHOWN, put)
        return
    inside, outside = measured.find_at_edge(matched, 2 * SHOWN)
    sides = {"The last to match": inside, "The first not to": outside}
    sides = {head: rows for head, rows in sides.items() if len(rows)}
    if not sides:
        st.caption("No pair was found at these distances.")
        return
    for column, (head, rows) in zip(st.columns(len(sides), gap="medium"), sides.items(), strict=True):
        shown = rows[: 2 * SHOWN // len(sides)]
        with column:
            st.markdown(f"**{head}**")
            draw_pairs(matched, shown.tolist(), known.truth.kind(shown).tolist())


def draw_curves(matched: Matched, known: measured.Known) -> None:
    """Precision and recall over all thresholds, and matches for each listing."""
    all_curves, figures = measured.measure_curves(known), measured.measure_figures(matched, known)
    columns = st.columns(3 if all_curves else 1, gap="medium")
    if all_curves:
        with columns[0]:
            st.markdown("**Precision against recall**")
            now = (figures.pair.precision, figures.pair.recall) if figures.pair else None
            draw_chart(plot_precision_recall(all_curves, now), key="curve-pr")
        with columns[1]:
            axis = st.segmented_control(
                "Over the threshold of", list(all_curves), format_func=NAMES.__getitem__,
                default=next(iter(all_curves)), required=True, key="curve-axis", label_visibility="collapsed",
            )  # fmt: skip
            current = matched.recipe.thresholds.get(axis)
            top = measured.measure_reach(matched, known, axis)
            draw_chart(
                plot_over_threshold(all_curves[axis], top, modality=axis, current=current), key="curve-threshold"
            )
    with columns[-1]:
        st.markdown("**Matches of each listing**")
        draw_chart(plot_matches(measured.count_matches(matched)), key="sizes")
    if all_curves:
        st.caption("Per pair, each modality alone.")


def draw_search(matched: Matched) -> None:
    """K and metric: rare, and they mean a new search."""
    config = matched.encoded.config
    running = jobs.latest(matched.workspace, "encode", matched.id)
    if running and running.active:
        job_panel.follow(matched.workspace, running.id, "Finding matches again")
        return
    with st.expander("How pairs are found", icon=":material/travel_explore:"), st.form("search", border=False):
        columns = st.columns([1, 1, 1, 1], vertical_alignment="bottom")
        k = columns[0].number_input("Nearest listings searched (K)", 1, 1000, config.k)
        metrics = list(METRICS)
        metric = columns[1].selectbox("Distance", metrics, metrics.index(config.metric), METRICS.__getitem__)
        weight = columns[2].number_input("Title's share when joined, %", 0, 100, round(100 * config.text_weight), 5)
        if columns[3].form_submit_button("Find matches again", icon=":material/refresh:"):
            jobs.start(matched.workspace, "encode", replace(config, k=int(k), metric=metric, text_weight=weight / 100))
            st.rerun()
        st.caption("The vectors are kept; the search runs again. Another distance starts from thresholds of its own.")


main()
