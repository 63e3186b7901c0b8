"""The groups of the open catalog in order of risk, ordered anew only where a verdict, a lock or the recipe changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from matcher.ingest.columns import shop_columns
from matcher.pipeline.groups.main_listings import main_listings
from matcher.review.groups.links import Spanned, measure_sureness, span_groups
from matcher.review.groups.risk import GroupRisks, Signs, find_signs, rank_groups
from pages._shared.opened_catalog import Matched, Opened
from pages._verdicts.handed_out import HandedOut, read_handed_out


@dataclass(frozen=True)
class Sellers:
    """Who sells what.

    Attributes:
        column: That says so.
        names: Of all sellers, in the order of the alphabet.
        code: Shape (N,). Place of each listing's seller among the names, -1 where it has none.
    """

    column: str
    names: Sequence[str]
    code: NDArray[np.int64]


@dataclass(frozen=True)
class Ranked:
    """Groups with what holds them together and in which order they come.

    Attributes:
        handed_out: The groups and their numbers.
        spanned: The links they hang by.
        sureness: Shape (M,). Of each match.
        risks: The order.
        sellers: None without a column that names them.
    """

    handed_out: HandedOut
    spanned: Spanned
    sureness: NDArray[np.float32]
    risks: GroupRisks
    sellers: Sellers | None

    def number_of(self, place: int) -> int:
        """The number by which people know the group at a place of the order."""
        return int(self.numbers[place])

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of all groups, in their order; shape (R,)."""
        group = self.handed_out.outcome.group
        first = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
        first[group] = self.handed_out.numbered.number
        return first[self.risks.group]

    def find(self, item_row: int) -> int | None:
        """The place of the group that a listing is in; None where it is alone."""
        return self.risks.find(int(self.handed_out.outcome.group[item_row]))


class _Kept:
    """What was ranked last under one recipe."""

    def __init__(self) -> None:
        self.ranked: Ranked | None = None
        self.signs: Signs | None = None


@st.cache_resource(show_spinner=False, max_entries=3)
def _kept(key: tuple[str, ...]) -> _Kept:
    return _Kept()


def read_ranked(matched: Matched) -> Ranked:
    """The groups in force, in order of risk."""
    handed_out = read_handed_out(matched)
    kept = _kept((str(matched.workspace.root), matched.id, matched.info.version, matched.encoded.key,
                  matched.recipe.to_json()))  # fmt: skip
    ranked = kept.ranked
    if ranked is None or ranked.handed_out is not handed_out:
        kept.signs = kept.signs or find_signs(matched.encoded.pairs, matched.recipe, matched.is_match)
        ranked = rank(matched, handed_out, kept.signs, find_sellers(matched))
        kept.ranked = ranked
    return ranked


def rank(matched: Matched, handed_out: HandedOut, signs: Signs, sellers: Sellers | None) -> Ranked:
    """Order groups anew."""
    outcome = handed_out.outcome
    spanned, sureness = span_groups(outcome), measure_sureness(outcome, matched.recipe)
    codes = matched.catalog.codes
    risks = rank_groups(outcome, spanned, sureness, signs, codes, sellers.code if sellers else None)
    return Ranked(handed_out, spanned, sureness, risks, sellers)


def find_main(matched: Matched, ranked: Ranked, group: int) -> tuple[int, str]:
    """The row of a group's main listing, and why it is that; the group as numbered in the outcome."""
    groups = ranked.handed_out.outcome.group
    mains = main_listings(matched.workspace, matched.id, matched.catalog, groups, within=groups == group)
    row = int(mains.row[np.flatnonzero(groups == group)[0]])
    return row, mains.say(row)


def find_sellers(opened: Opened) -> Sellers | None:
    """Who sells what, where a column says so."""
    return _sellers((str(opened.workspace.root), opened.id, opened.info.version), opened)


@st.cache_resource(show_spinner=False, max_entries=3)
def _sellers(key: tuple[str, ...], _opened: Opened) -> Sellers | None:
    listings = _opened.catalog.listings
    column = shop_columns.find_sellers(listings)
    if column is None:
        return None
    cells = listings[column].astype(str).str.strip()
    code, names = pd.factorize(cells.where(cells != ""), sort=True)
    return Sellers(column, names.tolist(), np.asarray(code, dtype=np.int64))


def read_prices(opened: Opened) -> NDArray[np.float64] | None:
    """What each listing costs, nan where that is not known; shape (N,). None where no column says so."""
    return _prices((str(opened.workspace.root), opened.id, opened.info.version), opened)


@st.cache_resource(show_spinner=False, max_entries=3)
def _prices(key: tuple[str, ...], _opened: Opened) -> NDArray[np.float64] | None:
    listings = _opened.catalog.listings
    column = shop_columns.find_prices(listings)
    return None if column is None else shop_columns.read_prices(listings[column].tolist())
