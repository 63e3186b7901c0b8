"""How sure the figures are, and how they will be in a larger catalog."""

import plotly.graph_objects as go
import streamlit as st

from matcher.matching.thresholds.pool_growth import PoolForecast, forecast_f1
from matcher.review.audit.estimate import WholeRecall, estimate_whole_recall
from pages._review.audit import find_audits, want_audits
from pages._shared.charts import draw_chart, pick_colours
from pages._shared.measured import Known
from pages._shared.opened_catalog import Matched
from pages._thresholds.moves.proposal import propose, read_proposal
from pages._verdicts.proof import Proof, describe_missing, find_loosest, read_proof, want_proof

WALKED = (
    "proof-walked"  # (catalog, rule and precision that the walk was for, and the loosest rule that is proved, or None)
)
TARGET, KEPT = "proof-target", "proof-kept"  # a field forgets what it holds while another page is open


def draw_outlook(matched: Matched, known: Known) -> None:
    """The proof of a precision, and beside it the forecast where there are labels."""
    with st.expander("How sure is this, and will it last?", icon=":material/verified:"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            draw_proof(matched)
        with right:
            draw_forecast(matched, known)


def draw_proof(matched: Matched) -> None:
    """What is sure of the precision, what is missing, and the way to it."""
    st.session_state.setdefault(TARGET, st.session_state.get(KEPT, 95.0))
    wanted = st.number_input(
        "I need this much of the matches to be right, %", 50.0, 99.9, step=0.5, format="%g", key=TARGET
    )
    st.session_state[KEPT] = wanted
    if not matched.is_match.any():
        st.caption("Nothing matches at these thresholds, so there is nothing to prove.")
        return
    store = matched.workspace.store
    proof = read_proof(matched, store.verdicts(matched.id), store.skips(matched.id), round(wanted / 100, 4))
    st.markdown(describe_proof(proof))
    if not proof.is_proved and st.button("Ask for these verdicts", key="proof-ask", icon=":material/fact_check:"):
        want_proof(matched, proof.wanted)
        _open_review(matched)
    if proof.sample.counts.drawn.any():
        _draw_loosest(matched, proof)
        found = proof.estimate()
        st.caption(
            f"From {int(proof.sample.counts.drawn.sum()):,} verdicts on pairs drawn at random: precision "
            f"{found.precision.value:.3f} ({found.precision.low:.3f} to {found.precision.high:.3f}), recall "
            f"{found.recall.value:.3f} ({found.recall.low:.3f} to {found.recall.high:.3f}) of the same products that "
            "the search found. The proof holds however often you look: such proofs are wrong once in 20 at most."
        )
    draw_reach(matched, proof)


def draw_reach(matched: Matched, proof: Proof) -> None:
    """Recall in its outer part too: what the search never found, from listings that were resolved completely."""
    audits = find_audits(matched)
    st.markdown("**What the search never found**")
    whole = estimate_whole_recall(proof.sample.counts, audits)
    if whole is None:
        st.caption(
            f"{audits.listings:,} listings were resolved completely so far, too few to tell. Some thirty, drawn at "
            "random, say how much of what is one product no search brought together."
        )
    else:
        st.caption(
            f"From {audits.listings:,} listings drawn at random and resolved completely: {describe_reach(whole)}"
        )
    if st.button("Resolve listings completely", key="audit-ask", icon=":material/done_all:"):
        want_audits(matched)
        _open_review(matched)


def describe_reach(whole: WholeRecall) -> str:
    """Both parts of recall, and what they come to together."""
    reached, recall = whole.reached, whole.recall
    return (
        f"the search reached {reached.value:.3f} ({reached.low:.3f} to {reached.high:.3f}) of the pairs that are one "
        f"product. With what it never found, recall is {recall.value:.3f} ({recall.low:.3f} to {recall.high:.3f})."
    )


def _open_review(matched: Matched) -> None:
    """Go on with Review; with an address of its own, as what widgets hold in this one cannot be cleared."""
    st.switch_page("pages/review.py", query_params={"catalog": matched.id})


def _draw_loosest(matched: Matched, proof: Proof) -> None:
    """Offer to walk from strict thresholds to looser ones, up to the first that is not proved."""

    def walk() -> None:
        found = find_loosest(matched, proof)
        st.session_state[WALKED] = (matched.id, matched.recipe, proof.wanted, found)
        if found is not None and found != matched.recipe:
            propose(matched, {name: value for name, value in found.thresholds.items() if value is not None})

    st.button(
        "Loosest threshold that is proved", key="proof-walk", icon=":material/stairs:", on_click=walk,
        help="Tries thresholds from strict to the one in force, and proposes the last before the first that cannot be "
        "shown to be right often enough.",
    )  # fmt: skip
    about, recipe, wanted, found = st.session_state.get(WALKED, ("", None, 0.0, None))
    if (about, recipe, wanted) != (matched.id, matched.recipe, proof.wanted):
        return
    if found is None:
        st.caption("No threshold is proved yet, not even one that keeps the nearest half of the matches.")
    elif found == matched.recipe:
        st.caption("The loosest that is proved is the one in force.")
    elif (proposal := read_proposal(matched)) is not None and proposal.recipe == found:  # and was not left since
        st.caption(f"Proposed above: at these thresholds at least {100 * wanted:g} % of the matches are right.")


def describe_proof(proof: Proof) -> str:
    """How far it is, in a sentence or two of Markdown."""
    share = f"{100 * proof.wanted:g} %"
    if proof.is_proved:
        return f":material/verified: **Proved: at least {share} of the matches are right.** ({proof.bound.low:.3f})"
    if proof.plan.total is None:
        right = proof.estimate().precision.value
        return (
            f"**Not within reach:** about {right:.3f} of the matches seem to be right, too few to prove {share}. "
            "A stricter threshold may do it."
        )
    if not proof.sample.counts.drawn.any():
        return f"**Not proved yet.** If all goes well, it takes **{describe_missing(proof)}**."
    return (
        f"**Not proved yet.** Sure so far: {proof.bound.low:.3f}. If it goes on as it did, it takes "
        f"**{describe_missing(proof)}**."
    )


def draw_forecast(matched: Matched, known: Known) -> None:
    """F1 now and in larger catalogs."""
    if not known.truth.listings or not known.truth.true_pairs:
        st.caption("With labels, this shows what F1 becomes as the catalog grows.")
        return
    forecast = _forecast((*known.key, matched.recipe.to_json()), matched, known)
    st.markdown("**F1 as the catalog grows**")
    draw_chart(plot_forecast(forecast), key="forecast", height=180)
    lost = forecast.f1[0] - forecast.f1[1]
    said = "Choose the thresholds again when it has grown." if forecast.needs_tuning else "The thresholds will do."
    st.caption(f"With twice as many listings and the same thresholds F1 falls by {lost:.3f}. {said}")


def plot_forecast(forecast: PoolForecast) -> go.Figure:
    """F1 over the size of the catalog."""
    names = [f"{listings:,}" for listings in forecast.listings]
    colour = pick_colours()["match"]
    figure = go.Figure(
        go.Scatter(
            x=names, y=forecast.f1, mode="lines+markers+text", line={"color": colour, "width": 2},
            text=[f"{value:.3f}" for value in forecast.f1], textposition="top center", cliponaxis=False,
            hovertemplate="%{x} listings: F1 %{y:.3f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title="Listings", type="category")
    figure.update_yaxes(range=[max(0.0, min(forecast.f1) - 0.1), min(1.05, max(forecast.f1) + 0.1)], tickformat=".2f")
    return figure


@st.cache_resource(show_spinner=False, max_entries=8)
def _forecast(key: tuple[str, ...], _matched: Matched, _known: Known) -> PoolForecast:
    return forecast_f1(_matched.is_match, _known.truth)
