"""Which group is looked at: an order that stays while one works through it, and the way on after an action."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher.storage.records import NONE, SAME, SKIP, SPLIT, TAKE_OUT, TAKE_OUT_AS_VARIANTS
from pages._groups.ranked import Ranked
from pages._shared.answers import PREVIOUS, current_visit
from pages._shared.opened_catalog import Matched

ORDER = "groups-order"
GOES_ON = (SKIP, SAME, NONE, TAKE_OUT, TAKE_OUT_AS_VARIANTS, SPLIT)
"""After these the next group is looked at; after the others the same one, which is another one then."""
SHOW = "show"  # a turn to the group of a listing


@dataclass
class Order:
    """Numbers of groups in the order in which they are looked at.

    Attributes:
        key: What they were chosen by.
        numbers: The groups.
        at: The place of the present one.
        anchor: The item id of its first listing, by which it is found when it has another number.
    """

    key: tuple[object, ...]
    numbers: list[int] = field(default_factory=list)
    at: int = 0
    anchor: str = ""


def find_present(matched: Matched, ranked: Ranked, key: tuple[object, ...], chosen: NDArray[np.intp]) -> int | None:
    """The place, in the order of risk, of the group to look at; None where no group is wished for.

    Args:
        matched: The open catalog.
        ranked: Its groups.
        key: What the wishes and the recipe are.
        chosen: Places of the groups that are wished for.
    """
    order: Order = st.session_state.setdefault(ORDER, Order(()))
    places = {number: place for place, number in enumerate(ranked.numbers.tolist())}
    if order.key != key:
        order.key, order.numbers, order.at, order.anchor = key, ranked.numbers[chosen].tolist(), 0, ""
    turns = current_visit().turns
    while turns:
        kind, about = turns.pop(0)
        _turn(matched, ranked, order, kind, about)
    for _ in range(2):
        while order.at < len(order.numbers):
            place = places.get(order.numbers[order.at])
            if place is None and order.anchor in matched.rows:
                place = ranked.find(matched.rows[order.anchor])
            if place is not None:
                order.numbers[order.at] = ranked.number_of(place)
                order.anchor = ""
                return place
            order.at, order.anchor = order.at + 1, ""
        # At the end the order is made anew: groups that were split off meanwhile are in it then.
        order.numbers, order.at = ranked.numbers[chosen].tolist(), 0
    return None


def is_first() -> bool:
    """Whether no group was looked at before the present one."""
    order: Order = st.session_state.get(ORDER, Order(()))
    return order.at == 0


def list_around(ranked: Ranked, before: int = 2, count: int = 14) -> list[int]:
    """The places of the groups around the present one, in the order in which they are looked at."""
    order: Order = st.session_state[ORDER]
    places = {number: place for place, number in enumerate(ranked.numbers.tolist())}
    start = max(0, order.at - before)
    near = [places.get(number) for number in order.numbers[start : start + count]]
    return [place for place in near if place is not None]


def _turn(matched: Matched, ranked: Ranked, order: Order, kind: str, about: str) -> None:
    if kind == SHOW:
        place = ranked.find(matched.rows[about]) if about in matched.rows else None
        if place is not None:
            number = ranked.number_of(place)
            if number in order.numbers:
                order.at = order.numbers.index(number)
            else:
                order.numbers.insert(order.at, number)
    elif kind == PREVIOUS:
        order.at = max(0, order.at - 1)
    elif kind in GOES_ON:
        order.at += 1
    else:
        order.anchor = about
