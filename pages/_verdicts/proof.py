"""A precision that a curator needs proved: what is known of it, what is missing, and what Review asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.matching.recipe import Recipe
from matcher.matching.thresholds.tighten import tighten
from matcher.review.proof.bound import Bound, bound_precision
from matcher.review.proof.estimate import Estimate, estimate_scores
from matcher.review.proof.plan import Plan, plan_precision, seconds_per_verdict
from matcher.review.proof.sample import Sample, order_strata, proof_questions, read_sample
from matcher.review.proof.strata import Strata, cut_strata, rank_pairs
from matcher.review.proof.walk import walk_thresholds
from matcher.review.queue import Question
from matcher.review.verdicts import ids_of, name_verdicts
from matcher.storage.records import Verdict
from pages._shared.measured import index_ids, read_implied, read_placed
from pages._shared.opened_catalog import Matched

WANTED = "review-proof"  # which catalog a precision is to be proved for, and which one, 0..1


@dataclass(frozen=True)
class Proof:
    """How far a precision is proved, and what it takes.

    Attributes:
        wanted: The precision, 0..1.
        sample: The verdicts that count.
        bound: What is sure of the precision, whenever one looks.
        plan: What is missing.
        seconds: That a verdict takes.
    """

    wanted: float
    sample: Sample
    bound: Bound
    plan: Plan
    seconds: float

    @property
    def is_proved(self) -> bool:
        return self.bound.low >= self.wanted

    def estimate(self) -> Estimate:
        """Precision, recall and F1 as far as the verdicts tell."""
        return estimate_scores(self.sample.counts)

    def questions(self, most: int) -> list[Question]:
        """What to ask next; nothing once it is proved."""
        return [] if self.is_proved else proof_questions(self.sample, "precision", min(most, self.plan.total or most))


def want_proof(matched: Matched, precision: float) -> None:
    """Let Review ask what a proof needs."""
    st.session_state[WANTED] = (matched.id, precision)


def find_proof(matched: Matched, verdicts: list[Verdict], skips: list[Verdict]) -> Proof | None:
    """What Review is to prove in this visit; None for nothing."""
    about, precision = st.session_state.get(WANTED, ("", 0.0))
    return read_proof(matched, verdicts, skips, precision) if about == matched.id else None


def read_proof(matched: Matched, verdicts: list[Verdict], skips: list[Verdict], wanted: float) -> Proof:
    """How far a precision of the rule in force is proved."""
    return _proof(_key(matched), name_verdicts([*verdicts, *skips]), wanted, matched, verdicts, skips)


def _key(matched: Matched) -> tuple[str, ...]:
    catalog = str(matched.workspace.root), matched.id, matched.info.version
    return *catalog, matched.encoded.key, matched.recipe.to_json()


def find_loosest(matched: Matched, proof: Proof) -> Recipe | None:
    """The loosest thresholds, up to those in force, that are proved to be right often enough; None for none."""
    strata, _ = _strata(_key(matched), matched)
    proven = walk_thresholds(proof.sample.counts, proof.wanted)
    if not proven.strata:
        return None
    if proven.strata == strata.is_accepted.sum():
        return matched.recipe
    return tighten(matched.encoded.pairs, matched.recipe, float(strata.farthest[: proven.strata].max()))


def describe_missing(proof: Proof) -> str:
    """ "14 more verdicts, about 2 minutes"."""
    total = proof.plan.total or 0
    minutes = total * proof.seconds / 60
    about = "less than a minute" if minutes < 0.75 else f"about {max(1, round(minutes))} minutes"
    return f"{total:,} more verdict{'s' * (total != 1)}, {about.replace('about 1 minutes', 'about a minute')}"


def draw_goal(matched: Matched, verdicts: list[Verdict], skips: list[Verdict]) -> None:
    """Say in Review what is being proved, and how far it is."""
    proof = find_proof(matched, verdicts, skips)
    if proof is None:
        return
    share = f"{100 * proof.wanted:g} %"
    if proof.is_proved:
        said = f":material/verified: **Proved: at least {share} of the matches are right.**"
    elif proof.plan.total is None:
        said = f"That {share} of the matches are right is not within reach at these thresholds; stricter ones may do."
    else:
        said = f"To prove that {share} of the matches are right: **{describe_missing(proof)}**."
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(said, width="content")
        st.page_link("pages/thresholds.py", label="Thresholds", icon=":material/tune:")
        st.button("Ask as usual", key="proof-end", type="tertiary", on_click=lambda: st.session_state.pop(WANTED, None))


@st.cache_resource(show_spinner=False, max_entries=3)
def _strata(key: tuple[str, ...], _matched: Matched) -> tuple[Strata, Sequence[NDArray[np.intp]]]:
    pairs = _matched.encoded.pairs
    score = rank_pairs(pairs, _matched.recipe, _matched.is_match)
    strata = cut_strata(score, _matched.is_match, pairs.n)
    return strata, order_strata(pairs, strata, index_ids(_matched))


@st.cache_resource(show_spinner=False, max_entries=8)
def _proof(
    key: tuple[str, ...],
    said: str,
    wanted: float,
    _matched: Matched,
    _verdicts: list[Verdict],
    _skips: list[Verdict],
) -> Proof:
    strata, order = _strata(key, _matched)
    skipped = [ids_of(skip) for skip in _skips]
    implied = read_implied(_matched, read_placed(_matched, _verdicts), obey_locks=False)
    ids, pairs = index_ids(_matched), _matched.encoded.pairs
    sample = read_sample(pairs, strata, order, ids, _verdicts, skipped, implied=implied)
    bound, plan = bound_precision(sample.counts), plan_precision(sample.counts, wanted)
    return Proof(wanted, sample, bound, plan, seconds_per_verdict([verdict.made for verdict in _verdicts]))
