"""Move thresholds; watch the figures and the pairs that flip."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from matcher.matching.metrics import Truth
from matcher.matching.recipe import LEARNED, Fusion, Recipe
from matcher.matching.threshold_report import rule_of
from matcher.pipeline import learn_rule, recipes
from matcher.pipeline.pair_model.judge import LOWEST_CUT
from pages._shared import measured
from pages._shared.charts import draw_chart
from pages._shared.modality import NAMES
from pages._shared.opened_catalog import Matched, need_matches
from pages._shared.wording import FUSIONS, MEANS, name_encoder
from pages._thresholds.apart import draw_apart
from pages._thresholds.changes import BEFORE, change, complete, move, put, tell
from pages._thresholds.curves import plot_matches, plot_over_threshold, plot_precision_recall
from pages._thresholds.flip_list import draw_flip_list
from pages._thresholds.ladder import draw_ladder
from pages._thresholds.learning import ASKED, draw_learning, say_unseen
from pages._thresholds.outlook import draw_outlook
from pages._thresholds.pair_tiles import draw_pairs
from pages._thresholds.presets import draw_presets
from pages._thresholds.score_map import draw_map
from pages._thresholds.search import draw_search
from pages._thresholds.sliders import Slider, draw_sliders
from pages._why import dialog, tiles

SHOWN = 4
LINKED_CURVE = " Learned: the pairs within groups, at each likelihood."


def main() -> None:
    """Rule, sliders, flips, curves."""
    title, kept = st.columns([3, 1], vertical_alignment="bottom")
    title.title("Thresholds")
    matched = need_matches()
    with kept:
        draw_presets(matched, put)
    known = measured.read_truth(matched)
    tell(matched)
    draw_rule(matched)
    draw_thresholds(matched, known)
    draw_tuning(matched, known.truth)
    say_measured_on(matched, known.truth)
    draw_apart(matched)
    draw_outlook(matched, known)
    draw_map(matched, known)
    draw_flips(matched, known)
    draw_curves(matched, known)
    draw_ladder(matched)
    draw_search(matched)
    tiles.listen(dialog.ask)
    dialog.draw_asked(matched)


def draw_rule(matched: Matched) -> None:
    """How titles and photos are joined."""
    recipe = matched.recipe
    both = recipe.text_encoder is not None and recipe.image_encoder is not None
    plain = "either" if recipe.fusion == "learned" else recipe.fusion
    offered: list[Fusion] = list(FUSIONS) if both else [plain, "learned"]

    def change_fusion() -> None:
        wanted = st.session_state["fusion"]
        st.session_state[ASKED] = wanted == "learned"
        if wanted == "learned":
            if learned := learn_rule.learned_recipe(matched.workspace, matched.id):
                put(matched, learned)
            return
        change(matched, alter_fusion)

    def alter_fusion(now: Recipe) -> Recipe:
        wanted = st.session_state["fusion"]
        if now.fusion == "learned":  # what the model does not read is as usual again
            usual = recipes.usual_recipe(matched.workspace, matched.encoded.config)
            now = replace(now, text_weight=usual.text_weight, veto=usual.veto)
        return complete(matched, replace(now, fusion=wanted))

    def change_weight() -> None:
        weight = st.session_state["weight"] / 100
        change(matched, lambda now: replace(now, text_weight=weight) if now.fusion == "mean" else None)

    def change_mean() -> None:
        mean = st.session_state["mean"]
        change(matched, lambda now: replace(now, mean=mean) if now.fusion == "mean" else None)

    st.session_state["mean"] = recipe.mean
    asked = recipe.fusion == "learned" or st.session_state.get(ASKED, False)
    st.session_state["fusion"] = "learned" if asked else recipe.fusion
    st.session_state["weight"] = round(100 * recipe.text_weight)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "A pair matches by", offered, key="fusion", required=True, on_change=change_fusion,
            format_func=lambda name: FUSIONS[name][0] if both or name == "learned" else "Nearness",
        )  # fmt: skip
        if recipe.fusion == "mean" and not asked:
            st.slider(
                "Weight of the title", 0, 100, step=5, format="%d %%", key="weight", on_change=change_weight, width=260
            )
            st.segmented_control(
                "Kind of mean", list(MEANS), format_func=MEANS.__getitem__, key="mean", required=True,
                on_change=change_mean,
                help="The usual mean asks both to be near. The lenient one, the geometric mean, is content when one of "
                "the two is very near, and so lies between it and “Title or photo”.",
            )  # fmt: skip
    if both or asked:
        st.caption(FUSIONS["learned" if asked else recipe.fusion][1])
    if asked:
        draw_learning(matched, put)


def draw_thresholds(matched: Matched, known: measured.Known) -> None:
    """The live sliders and their figures."""
    recipe = matched.recipe
    grid, steps, about = measured.count_grid(matched, known)
    notes = {"text": name_encoder(recipe.text_encoder), "image": name_encoder(recipe.image_encoder), "fused": ""}
    most = 1e9 if recipe.metric == "manhattan" else 2.0
    rows = [
        Slider(LEARNED, NAMES[LEARNED], "", recipe.threshold(LEARNED), step, 1 - LOWEST_CUT, percent=True)
        if axis == LEARNED
        else Slider(axis, NAMES[axis], notes[axis], recipe.threshold(axis), step, most)
        for axis, step in zip(recipe.thresholds, steps, strict=True)
    ]

    draw_sliders(
        grid, rows, rule_of(recipe), measured.measure_figures(matched, known),
        listings=matched.info.listings, about=about, on_moved=partial(move, matched), key="sliders",
    )  # fmt: skip


def draw_tuning(matched: Matched, truth: Truth) -> None:
    """Let labels and verdicts choose."""
    off = not truth.true_pairs
    why = (
        "Needs verdicts, one of them “same” at least, or labels: a column that says which listings are one product."
        if off
        else None
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        best = st.button("Best F1", type="primary", icon=":material/auto_fix_high:", disabled=off, help=why)
        floor = st.session_state.setdefault("floor", 0.95)
        most = st.button("Most recall with a precision of at least", icon=":material/verified:", disabled=off, help=why)
        st.number_input("Precision", 0.5, 1.0, step=0.01, key="floor", width=120, label_visibility="collapsed")
    if not off and (best or most):
        encoded, objective = matched.encoded, f"precision@{floor:g}" if most else "f1"
        with st.spinner("Trying all thresholds"):
            tuned = recipes.choose_thresholds(
                matched.workspace, encoded.config, matched.catalog, encoded.pairs, matched.recipe, objective
            )
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
            "These are the pairs that the rule itself matches; Results has the figures of the groups they make. "
            "The same thresholds score lower in a larger pool."
        )
        _warn_of_learned(matched)
        say_unseen(matched)
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
                "Over the threshold of", list(all_curves), format_func=NAMES.__getitem__, required=True,
                default=LEARNED if LEARNED in all_curves else next(iter(all_curves)), key="curve-axis",
                label_visibility="collapsed",
            )  # fmt: skip
            current = matched.recipe.thresholds.get(axis)
            top = measured.measure_reach(matched, known, axis)
            draw_chart(plot_over_threshold(all_curves[axis], top, name=axis, current=current), key="curve-threshold")
    with columns[-1]:
        st.markdown("**Matches of each listing**")
        draw_chart(plot_matches(measured.count_matches(matched)), key="sizes")
    if all_curves:
        st.caption("Per pair, each modality alone." + (LINKED_CURVE if LEARNED in all_curves else ""))


main()
