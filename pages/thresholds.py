"""Move thresholds; watch the figures and the pairs that flip."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from matcher.matching.metrics import Truth
from matcher.matching.recipe import LEARNED, Fusion, Recipe
from matcher.matching.threshold_report import rule_of
from matcher.pipeline import learn_rule, recipes
from matcher.pipeline.pair_model.judge import LOWEST_CUT
from matcher.pipeline.recipe_columns import without_lost_columns
from matcher.review.proof.plan import seconds_per_verdict
from pages._shared import measured
from pages._shared.charts import draw_chart
from pages._shared.modality import NAMES
from pages._shared.opened_catalog import Matched, need_matches
from pages._shared.wording import FIGURES, FUSIONS, MEANS, name_encoder
from pages._thresholds.apart import draw_apart
from pages._thresholds.curves import plot_matches, plot_over_threshold, plot_precision_recall
from pages._thresholds.ladder import draw_ladder
from pages._thresholds.learning import ASKED, draw_learning, say_unseen
from pages._thresholds.moves.changes import BEFORE, change, complete, put, tell
from pages._thresholds.moves.compared import read_decided, read_move
from pages._thresholds.moves.flip_list import SHOWN, draw_flips, draw_last_move, draw_proposal
from pages._thresholds.moves.pair_tiles import draw_pairs
from pages._thresholds.moves.proposal import Proposal, propose, read_proposal, take_at_once
from pages._thresholds.outlook import draw_outlook
from pages._thresholds.presets import draw_presets
from pages._thresholds.score_map import draw_map, is_mapped
from pages._thresholds.search import draw_search
from pages._thresholds.side_by_side import draw_side_by_side
from pages._thresholds.sliders import Slider, draw_sliders
from pages._verdicts.verdicts import show_told
from pages._why import dialog, tiles

DECIMALS = 6  # of a threshold that a slider or the map was moved to
LINKED_CURVE = " Learned: the pairs within groups, at each likelihood."


def main() -> None:
    """Rule, sliders, flips, curves."""
    show_told()
    title, kept = st.columns([3, 1], vertical_alignment="bottom")
    title.title("Thresholds")
    matched = need_matches()
    with kept:
        draw_presets(matched, take_at_once)
    known = measured.read_truth(matched)
    proposal = read_proposal(matched)
    tell(matched)
    draw_rule(matched)
    draw_thresholds(matched, known, proposal)
    draw_tuning(matched, known.truth)
    say_measured_on(matched, known.truth)
    draw_apart(matched)
    draw_outlook(matched, known)
    draw_pairs_that_flip(matched, known, proposal)
    draw_side_by_side(matched, known)
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
        st.session_state[ASKED] = matched.id if wanted == "learned" else None
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
    asked = recipe.fusion == "learned" or st.session_state.get(ASKED) == matched.id
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


def draw_thresholds(matched: Matched, known: measured.Known, proposal: Proposal | None) -> None:
    """The live sliders with their figures, and the map: both propose thresholds."""
    recipe = matched.recipe
    shown = matched
    if proposal and proposal.moved:
        shown = replace(matched, recipe=proposal.recipe)
    decided = read_decided(matched, known, shown.recipe)
    shown = replace(shown, is_match=decided.is_match)
    grid, steps, about = measured.count_grid(matched, known)
    notes = {"text": name_encoder(recipe.text_encoder), "image": name_encoder(recipe.image_encoder), "fused": ""}
    most = 1e9 if recipe.metric == "manhattan" else 2.0
    rows = [
        Slider(
            axis, NAMES[axis], notes.get(axis, ""), shown.recipe.threshold(axis), recipe.threshold(axis), step,
            1 - LOWEST_CUT if axis == LEARNED else most, percent=axis == LEARNED,
        )
        for axis, step in zip(recipe.thresholds, steps, strict=True)
    ]  # fmt: skip
    figures = measured.measure_figures(shown, known)

    def propose_moved(thresholds: Mapping[str, float]) -> None:
        propose(matched, {name: round(value, DECIMALS) for name, value in thresholds.items()})

    draw_sliders(
        grid, rows, rule_of(recipe), figures, measured.measure_figures(matched, known),
        changes=(int((decided.is_match & ~matched.is_match).sum()), int((matched.is_match & ~decided.is_match).sum())),
        groups=decided.group, review=measure_review(shown), listings=matched.info.listings, about=about,
        on_moved=propose_moved, key="sliders",
    )  # fmt: skip
    draw_proposal(matched, known, proposal)
    if is_mapped(matched, known):
        at = {row.name_of: row.threshold for row in rows}
        draw_map(matched, known, at, figures.listing, {row.name_of: row.step for row in rows}, propose_moved)


def measure_review(shown: Matched) -> tuple[int, float]:
    """How many doubtful pairs of a rule are still to be asked about, and the seconds that an answer takes."""
    verdicts = shown.workspace.store.verdicts(shown.id)
    placed = measured.read_placed(shown, verdicts)
    left, _ = measured.count_doubtful(shown, placed, measured.read_implied(shown, placed))
    return left, seconds_per_verdict([verdict.made for verdict in verdicts])


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
            take_at_once(matched, tuned)
        st.rerun()


def say_measured_on(matched: Matched, truth: Truth) -> None:
    """What the figures above stand on."""
    pool = f"in a pool of {matched.info.listings:,}"
    if truth.listings and truth.true_pairs:
        plural = "" if truth.judged == 1 else "s"
        verdicts = f", {truth.judged:,} verdict{plural} above them" if truth.judged else ""
        products = len(np.unique(matched.catalog.codes[matched.catalog.codes >= 0]))
        st.caption(
            f"{FIGURES} "
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
            f"{FIGURES} "
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


def draw_pairs_that_flip(matched: Matched, known: measured.Known, proposal: Proposal | None) -> None:
    """The pairs that the proposed rule decides otherwise, or that the last move did, or else those at the edge."""
    if proposal:
        move = read_move(matched, known, matched.recipe, proposal.recipe)
        heads = ("Would become matches", "Would be matches no longer")
        draw_flips(matched, known, move, heads, f"{matched.recipe.to_json()} {proposal.recipe.to_json()}", SHOWN)
        return
    about, key, before = st.session_state.get(BEFORE, ("", "", None))
    if before is not None and (about, key) == (matched.id, matched.encoded.key):
        draw_last_move(matched, known, without_lost_columns(before, matched.catalog), SHOWN, take_at_once)
        return
    inside, outside = measured.find_at_edge(matched, SHOWN)
    sides = {"The last to match": inside, "The first not to": outside}
    sides = {head: rows for head, rows in sides.items() if len(rows)}
    if not sides:
        st.caption("No pair was found at these distances.")
        return
    for column, (head, rows) in zip(st.columns(len(sides), gap="medium"), sides.items(), strict=True):
        shown = rows[: SHOWN // len(sides)]
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
