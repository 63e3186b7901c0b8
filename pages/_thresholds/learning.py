"""Learning a pair model on the Thresholds page: what it learned from, and how it did on what it had not seen."""

from collections.abc import Callable

import streamlit as st

from matcher import jobs
from matcher.matching.pair_model.learn import FEW, SOME
from matcher.matching.pair_model.model import Rung
from matcher.matching.recipe import Recipe
from matcher.pipeline import learn_rule as learning
from matcher.pipeline.matches import count_modelled
from matcher.pipeline.pair_model.learned_model import LearnedModel
from matcher.pipeline.pair_model.models import load_model
from matcher.progress import duration
from matcher.storage.records import Job
from pages._shared import job_panel
from pages._shared.escape import literal
from pages._shared.opened_catalog import Matched

ASKED = "learned-asked"  # in the session: the catalog for which "Learned" was chosen before there is anything learned
RUNGS: dict[Rung, str] = {
    "logistic": "a plain weighing of a few signs",
    "small trees": "small decision trees",
    "trees": "large decision trees",
}


def draw_learning(matched: Matched, put: Callable[[Matched, Recipe], None]) -> None:
    """What was learned and how it did, a button to learn again, and progress while that goes on.

    Args:
        matched: The open catalog.
        put: Puts another recipe in force.
    """
    job = jobs.latest(matched.workspace, "learn", matched.id)
    if job and job.active:
        job_panel.follow(matched.workspace, job.id, "Learning from labels and verdicts")
        return
    recipe = learning.learned_recipe(matched.workspace, matched.id)
    if matched.recipe.fusion == "learned":
        recipe = matched.recipe
    learned = load_model(matched.workspace, matched.id, str(recipe.pair_model)) if recipe else None
    with st.container(border=True):
        if learned:
            st.markdown(describe(learned))
            st.caption(" ".join(filter(None, (explain_rung(learned), say_missing(learned)))))
        else:
            st.markdown(
                "Nothing is learned for this catalog yet. It learns from labels, with your verdicts over them, or from "
                "verdicts alone, and is tried on products that it did not learn from. Until then the rule below stands."
            )
        if job and job.state == "failed":
            st.warning(literal(job.message), icon=":material/info:")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = "Learn again" if learned else "Learn from labels and verdicts"
            if st.button(label, type="secondary" if learned else "primary", icon=":material/school:", key="learn"):
                jobs.start(matched.workspace, "learn", learning.LearnConfig(matched.id))
                st.rerun()
            if recipe and learned and matched.recipe.fusion != "learned":
                st.button("Use it all the same", icon=":material/check:", on_click=put, args=[matched, recipe])
            if job and job.state == "done":
                st.caption(f"Learned in {duration(_seconds(job))}.")


def describe(learned: LearnedModel) -> str:
    """What was learned from, and how it did beside the rule of before."""
    of = f"{learned.measured:,} {'listings' if learned.by == 'labels' else 'pairs judged'}"
    better = "better than" if learned.f1 > learned.rule_f1 else "as good as"
    if learned.f1 < learned.rule_f1:
        better = "worse than"
    return (
        f"Learned from **{learned.known:,}** known pairs, {learned.same:,} of them one product. On products that "
        f"it did not learn from F1 is **{learned.f1:.3f}**, {better} the rule before with **{learned.rule_f1:.3f}** "
        f"({of})."
    )


def explain_rung(learned: LearnedModel) -> str:
    """Which kind of model was taken, and why."""
    kind = RUNGS[learned.model.rung]
    if learned.known <= FEW:
        return f"Taken: {kind}, all that {learned.known:,} known pairs can teach."
    return f"Taken: {kind}, which did better on products that it had not seen than what is plainer or richer."


def say_missing(learned: LearnedModel) -> str:
    """What more knowledge would bring; "" where there is enough."""
    if learned.known <= FEW:
        return f"From {FEW + 1:,} known pairs on decision trees are tried too: give verdicts on the Review page."
    if learned.known <= SOME:
        return f"From {SOME + 1:,} known pairs on larger trees are tried too: give verdicts on the Review page."
    return ""


def say_unseen(matched: Matched) -> None:
    """Say why figures on listings that a model learned from are not flattering."""
    if matched.recipe.fusion != "learned":
        return
    learned = load_model(matched.workspace, matched.id, str(matched.recipe.pair_model))
    if count := count_modelled(matched.catalog, learned):
        st.caption(
            f":material/school: The model learned from {count:,} of these listings. Each is judged by the parts of the "
            "model that did not learn from it: these are the figures of products that it has not seen."
        )


def _seconds(job: Job) -> float:
    return (job.finished or 0.0) - (job.started or 0.0)
