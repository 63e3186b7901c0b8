"""The wall of photos of one group, with its links, what differs, the other group, the groups around it, and the keys.

One component draws all of it. Everything a seller wrote reaches the browser as JSON and is set as text there.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from matcher.review.groups.differences import Difference
from matcher.review.groups.links import GroupLinks
from matcher.review.title_diff import differing_words
from matcher.storage.records import MAIN
from pages._groups.ranked import Ranked
from pages._groups.shown import MOST_ON_WALL, Sight
from pages._groups.words import KINDS, OFFERED, say_risks, say_sureness
from pages._shared import answers
from pages._shared.answers import Answer
from pages._shared.cards import Badge, Card, card_data
from pages._shared.opened_catalog import Matched, make_card
from pages._shared.photo_route import photo_url

_ASSETS = Path(__file__).parents[2] / "assets"
_wall = st.components.v2.component(
    "twinshelf_wall",
    html='<div class="board"></div>',
    css="".join(
        (_ASSETS / name).read_text(encoding="utf-8") for name in ("cards.css", "card_compare.css", "group_wall.css")
    ),
    js="".join(
        (_ASSETS / name).read_text(encoding="utf-8")
        for name in ("card_parts.js", "card_answers.js", "card_keys.js", "group_links.js", "group_wall.js")
    ),
)
KEY = "wall"
ACTED = "groups-acted"  # how many keys this visit was sent that leave no tick as it was
MOST_LINKS = 300  # drawn as lines
MOST_WORDS = 3  # in which two listings agree, on a card
MOST_VALUES = 6  # of one difference
KIND_NAMES = {"mass": "weight", "count": "pieces", "model": "model number", "gender": "for whom", "rate": "speed",
              "rotation": "turns"}  # fmt: skip

Preview = tuple[str, str]
"""What an action would do, and why it cannot be done, "" where it can."""


def draw_wall(
    matched: Matched,
    ranked: Ranked,
    sight: Sight,
    *,
    about: str,
    main: tuple[int, str],
    previews: Mapping[str, Preview],
    around: Sequence[int],
    words: Callable[[str, str], Sequence[str]],
    turns: Mapping[str, bool],
    on_answer: Callable[[Answer], None],
    on_why: Callable[[str, str], None],
    on_open: Callable[[str], None],
) -> None:
    """Draw one group.

    Args:
        matched: The open catalog.
        ranked: Its groups.
        sight: The group and what is shown with it.
        about: Which drawing it is.
        main: Row of its main listing, and why it is that.
        previews: Of each action.
        around: Places of the groups to go to.
        words: Two titles to the words they share, the rarest first.
        turns: Whether there is something to "undo", to "redo" and a "previous" group.
        on_answer: Called with each key before the page runs again.
        on_why: Called with two item ids.
        on_open: Called with an item id of a group to go to.
    """
    visit = answers.current_visit()

    def answered() -> None:
        for answer in answers.receive(KEY, st.session_state[KEY].get("answers"), (*KINDS, MAIN)):
            on_answer(answer)

    def opened() -> None:
        if item_id := st.session_state[KEY].get("opened"):
            on_open(str(item_id))

    def why_asked() -> None:
        if pair := st.session_state[KEY].get("why"):
            on_why(str(pair["one"]), str(pair["other"]))

    shown = sight.shown
    _wall(
        key=KEY,
        data={
            "board": answers.name_board(KEY),
            "about": about,
            "subject": _name_subject(sight),
            "number": shown.number,
            "locked": shown.is_locked,
            "ticked": read_ticked(sight),
            "risks": say_risks(ranked.risks, sight.place),
            "columns": [{"cards": make_cards(matched, ranked, sight, words, main)}],
            "more": max(0, len(shown.item_ids) - MOST_ON_WALL),
            "links": _lines(sight.links),
            "differences": [_difference(each) for each in sight.differences],
            "other": _other(matched, sight),
            "around": [_neighbour(matched, ranked, place, place == sight.place) for place in around],
            "actions": [
                {"kind": each.kind, "label": each.name, "icon": each.icon, "key": each.key, "tone": each.tone}
                | {"help": previews[each.kind][1] or each.help, "preview": previews[each.kind][0]}
                | {"off": bool(previews[each.kind][1])}
                for each in OFFERED
            ],
            "once": True,
            "keys": True,
            "layout": "wall",
            "last": None,
            "aside": None,
            "run": visit.run,
            "received": visit.received.get(KEY, 0),
            **turns,
        },
        on_answers_change=answered,
        on_opened_change=opened,
        on_why_change=why_asked,
        on_ticked_change=lambda: None,
        on_session_change=lambda: None,
    )


def read_ticked(sight: Sight) -> list[str]:
    """The listings that are ticked, as far as the browser has told; none that were ticked on another group."""
    told = st.session_state.get(KEY, {}).get("ticked")
    if not isinstance(told, dict) or told.get("subject") != _name_subject(sight):
        return []
    known = set(sight.shown.item_ids)
    return [item_id for item_id in map(str, list(told.get("items") or [])) if item_id in known]


def make_cards(
    matched: Matched,
    ranked: Ranked,
    sight: Sight,
    words: Callable[[str, str], Sequence[str]],
    main: tuple[int, str],
) -> list[dict[str, Any]]:
    """The listings of the group, each with what differs marked and why it is in."""
    rows, links = sight.links.rows[:MOST_ON_WALL].tolist(), sight.links
    titles = [matched.cell("title", row) for row in rows]
    has_labels = int(ranked.risks.labels[sight.place]) > 1
    drawn = []
    for place, row in enumerate(rows):
        pieces = differing_words(titles[sight.center], titles[place]) if place != sight.center else None
        badges = [
            Badge(f"{KIND_NAMES.get(each.name, each.name)} {each.values[place]}", "difference", "variant")
            for each in sight.differences
            if each.is_fact and each.is_rare(place)
        ]
        if has_labels and (label := matched.cell("label", row)):
            badges.append(Badge(label, "sell"))
        note = " · ".join(filter(None, (matched.cell("item_id", row), _seller(ranked, row))))
        best = links.links[links.strongest[place]]
        beside = best.one + best.other - place
        shared = words(titles[place], titles[beside]) if beside < len(titles) else ()
        card: Card = make_card(matched, row, title=pieces, badges=badges, note=note)
        drawn.append(
            card_data(card)
            | {
                "side": links.side[place],
                "beside": beside,
                "sure": "by verdict" if best.is_given else say_sureness(best.sure),
                "shared": ", ".join(shared[:MOST_WORDS]),
                "main": main[1] if row == main[0] else "",
            }
        )
    return drawn


def _name_subject(sight: Sight) -> str:
    """Changes with the group, its listings and after each action but on the main listing: ticks do not count then."""
    return f"{sight.shown.number} {len(sight.shown.item_ids)} {st.session_state.get(ACTED, 0)}"


def _seller(ranked: Ranked, row: int) -> str:
    code = int(ranked.sellers.code[row]) if ranked.sellers else -1
    return ranked.sellers.names[code] if ranked.sellers and code >= 0 else ""


def _lines(links: GroupLinks) -> list[dict[str, Any]]:
    """The links as they are drawn; the weakest one is always among them."""
    kept = [
        (place, link)
        for place, link in enumerate(links.links)
        if (place < MOST_LINKS or place == links.weakest) and max(link.one, link.other) < MOST_ON_WALL
    ]
    return [
        {
            "one": link.one,
            "other": link.other,
            "sure": round(link.sure, 3),
            "figure": "by verdict" if link.is_given else say_sureness(link.sure),
            "given": link.is_given,
            "weakest": place == links.weakest,
        }
        for place, link in kept
    ]


def _difference(each: Difference) -> dict[str, Any]:
    counted = each.count()
    stated = sum(count for _, count in counted)
    return {
        "name": KIND_NAMES.get(each.name, each.name)[:40],
        "values": [[value[:60], count] for value, count in counted[:MOST_VALUES]],
        "more": max(0, len(counted) - MOST_VALUES),
        "none": len(each.values) - stated,
        "fact": each.is_fact,
    }


def _other(matched: Matched, sight: Sight) -> dict[str, Any] | None:
    if not len(sight.other_rows):
        return None
    cards = []
    center = matched.cell("title", int(sight.links.rows[sight.center]))
    for row in sight.other_rows[:MOST_ON_WALL].tolist():
        pieces = differing_words(center, matched.cell("title", row))
        cards.append(card_data(make_card(matched, row, title=pieces)))
    return {
        "number": sight.shown.other,
        "locked": sight.shown.is_other_locked,
        "cards": cards,
        "more": max(0, len(sight.other_rows) - MOST_ON_WALL),
    }


def _neighbour(matched: Matched, ranked: Ranked, place: int, is_present: bool) -> dict[str, Any]:
    group = ranked.handed_out.outcome.group
    row = int((group == ranked.risks.group[place]).argmax())
    photo = matched.cell("photo", row)
    return {
        "item": matched.cell("item_id", row),
        "number": ranked.number_of(place),
        "size": int(ranked.risks.size[place]),
        "risk": next(iter(say_risks(ranked.risks, place)), ""),
        "photo": photo_url(matched.id, photo),
        "present": is_present,
    }
