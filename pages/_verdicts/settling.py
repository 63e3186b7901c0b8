"""Verdicts that cannot all be true, and the way to settle each."""

import streamlit as st

from matcher.review.contradictions import Contradiction
from matcher.storage.records import Verdict
from pages._shared.answers import SAID
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._verdicts.finding import say_when
from pages._verdicts.verdicts import name_pair, shorten_title

MOST_NAMED, LONGEST_CHAIN = 10, 6


def draw_contradictions(opened: Opened, found: list[Contradiction]) -> None:
    """Name each with the verdicts that take part; nothing for none."""
    if not found:
        return
    what = "1 contradiction" if len(found) == 1 else f"{len(found):,} contradictions"
    with st.expander(f"{what} among these verdicts", icon=":material/warning:", expanded=True):
        st.caption(
            "Two listings were judged to be two products, and other verdicts make them one. Change or take back the "
            "one that is wrong: all of them are listed below under Contradicted."
        )
        for contradiction in found[:MOST_NAMED]:
            st.markdown(_describe(opened, contradiction))
        if len(found) > MOST_NAMED:
            st.caption(f"and {len(found) - MOST_NAMED:,} more")


def _describe(opened: Opened, contradiction: Contradiction) -> str:
    """The verdict that parts, and the chain that joins, each with who said it when."""
    chain = contradiction.chain
    lines = [f"- **{_say(opened, contradiction.apart)}**, but"]
    lines += [f"    - {_say(opened, verdict)}" for verdict in chain[:LONGEST_CHAIN]]
    if len(chain) > LONGEST_CHAIN:
        lines.append(f"    - and {len(chain) - LONGEST_CHAIN:,} more of that kind")
    return "\n".join(lines)


def _say(opened: Opened, verdict: Verdict) -> str:
    who = f"{literal(verdict.curator)}, " if verdict.curator else ""
    pair = name_pair(opened, verdict.left_id, verdict.right_id)
    note = f": {shorten_title(verdict.note)}" if verdict.note else ""
    return f"{SAID[verdict.kind]}, {pair} ({who}{say_when(verdict.made)}{note})"
