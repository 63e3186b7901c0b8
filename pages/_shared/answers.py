"""What curators answer on a board of cards, as it comes from the browser: each answer once, in the order of the keys.

The browser sends all that it has not seen confirmed, again and again, so that nothing is lost where a run of the page
takes the place of another; the numbers of the answers tell what has been received. A page of before a restart of the
server carries another run's name, and nothing of it is taken.

Streamlit may break off a run wherever it reads the session's state. So a callback reads the `Visit` first, and nothing
but the visit between storing an answer and noting its number: broken off before, the answer comes again; after, it
does not.
"""

import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from matcher.review.groups.intents import ShownGroup
from matcher.storage.records import DIFFERENT, MATCH, SKIP, UNSURE, VARIANT
from pages._access.identity import LONGEST_NAME, name_of_user
from pages._shared.escape import literal

UNDO, REDO, PREVIOUS = "undo", "redo", "previous"  # what keys ask for beside answers
MOST = 100  # answers in one message; a curator's fingers are slower
MOST_ITEMS = 2_000  # listings of one answer
_VISIT, CURATOR = "visit", "curator"
_SESSION_FORM = re.compile(r"[0-9a-f]{16}\.[0-9a-f]{16}")


@dataclass(frozen=True)
class AnswerKind:
    """How an answer looks: its word, a shorter one for small cards, its key, icon and colour, and what it means."""

    kind: str
    name: str
    short: str
    key: str
    icon: str
    tone: Literal["match", "variant", "different", "unsure", ""] = ""
    help: str = ""


ANSWERS = {
    answer.kind: answer
    for answer in (
        AnswerKind(MATCH, "Same product", "Same", "S", "check", "match"),
        AnswerKind(
            VARIANT,
            "Variant",
            "Variant",
            "V",
            "category",
            "variant",
            "The same line in another size, colour or model: related, not the same product.",
        ),
        AnswerKind(DIFFERENT, "Different", "Different", "D", "close", "different"),
        AnswerKind(UNSURE, "Unsure", "Unsure", "F", "question_mark", "unsure"),
        AnswerKind(SKIP, "Skip", "Skip", "N", "skip_next"),
    )
}
SAID = {kind: answer.name.lower() for kind, answer in ANSWERS.items()} | {SKIP: "skipped"}
"""What a curator said, as it stands in a sentence."""


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        kind: A key of ANSWERS, UNDO, REDO, PREVIOUS, an action on a group, or MAIN, which is about the one listing.
        one_id: One of the two listings that were on the screen; "" where a key asked for undo, redo or the
            previous pair.
        other_id: The other one; "" where the answer is about one listing as a whole.
        about: Which drawing of the board it was given on.
        session: The browser and the tab, see `Verdict`.
        items: Item ids of the listings of a group that were ticked.
    """

    kind: str
    one_id: str
    other_id: str
    about: str
    session: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A pair that was drawn.

    Attributes:
        version: The catalog's listings at that time.
        since: When it was drawn, seconds since 1970.
        sampled: How it came up.
    """

    version: str
    since: float
    sampled: str = "chosen"


@dataclass(frozen=True)
class Wall:
    """A group that was drawn.

    Attributes:
        version: The catalog's listings at that time.
        group: What was on the screen.
        seen: Ids of the verdicts in force on its listings.
        main: The item id of the main listing.
        search: The key of the field that asks for another group beside it, and what stood there.
    """

    version: str
    group: ShownGroup
    seen: frozenset[int]
    main: str
    search: tuple[str, str] = ("", "")


@dataclass
class Visit:
    """What is known of one tab from when it connects: what it was shown, what came of it, what is to be told.

    Attributes:
        run: Tells this visit from those of before the server was restarted or the page reloaded.
        session: The browser and the tab, as they name themselves; a name for this visit until they do.
        is_named: Whether they did.
        received: The number of the last answer by board; the browser forgets those up to it.
        shown: Pairs that were drawn, the newest last, by catalog, both ids and the drawing of the board.
        told: Toasts to come, with their icons.
        walls: The group that was drawn last, by catalog and the drawing of the board.
        turns: What was done on groups since the last drawing, which says where to go on: a kind of action, SKIP,
            PREVIOUS, or an item id of the group to show.
    """

    run: str = field(default_factory=lambda: secrets.token_hex(8))
    session: str = field(default_factory=lambda: f"{secrets.token_hex(8)}.{secrets.token_hex(8)}")
    is_named: bool = False
    received: dict[str, int] = field(default_factory=dict)
    shown: dict[tuple[str, str, str, str], Shown] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    walls: dict[tuple[str, str], Wall] = field(default_factory=dict)
    turns: list[tuple[str, str]] = field(default_factory=list)

    def is_called(self, said: object) -> None:
        """Take the name that a browser gives itself, if it is one."""
        if isinstance(said, str) and _SESSION_FORM.fullmatch(said):
            self.session, self.is_named = said, True


def current_visit() -> Visit:
    """The visit that this run of the page belongs to."""
    visit: Visit = st.session_state.setdefault(_VISIT, Visit())
    return visit


def name_board(key: str) -> str:
    """What a board is called in the browser: answers on their way may go on with another board of this name alone."""
    return f"{key} of {st.query_params.get('catalog', '')}"


def receive(board: str, message: Any, also: Collection[str] = ()) -> Iterator[Answer]:
    """Take the answers of a message that have not come before; each is noted once what is done with it is done.

    Args:
        board: The key of the board.
        message: What the browser sent: {session, run, answers: [{n, kind, one, other, items, about}]}.
        also: Kinds that this board knows beside those of all boards.
    """
    visit = current_visit()
    if not isinstance(message, dict) or message.get("run") != visit.run:
        return
    visit.is_called(message.get("session"))
    for sent in list(message.get("answers") or [])[:MOST]:
        number, kind = int(sent["n"]), str(sent["kind"])
        if number <= visit.received.get(board, 0):
            continue
        if kind in (UNDO, REDO, PREVIOUS, *also) or kind in ANSWERS:
            items = tuple(str(each) for each in list(sent.get("items") or [])[:MOST_ITEMS])
            yield Answer(kind, str(sent["one"]), str(sent["other"]), str(sent["about"]), visit.session, items)
        visit.received[board] = number


def draw_name() -> None:
    """Ask for the name that verdicts are kept under; it may stay empty. Who has logged in with one keeps that."""
    if (known := name_of_user()) is not None:
        st.caption(f":material/person: {literal(known)}")
        st.button("Log out", type="tertiary", icon=":material/logout:", on_click=st.logout)
        return
    st.text_input(
        "Your name", key=CURATOR, bind="query-params", max_chars=LONGEST_NAME, placeholder="Nobody in particular",
        help="Verdicts are kept under it, and others at work on the same pairs see it.",
    )  # fmt: skip


def current_curator() -> str:
    """The name, or ""."""
    if (known := name_of_user()) is not None:
        return known
    return " ".join(str(st.session_state.get(CURATOR) or "").split())[:LONGEST_NAME]
