"""Matches, groups and verdicts as files, each made when it is asked for."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

from matcher.pipeline.groups.group_tables import GroupTables, lay_out_groups
from matcher.pipeline.groups.main_choices import read_chosen
from matcher.pipeline.groups.main_listings import read_rule
from matcher.storage import exports
from pages._shared.opened_catalog import EXPORTED, Matched
from pages._verdicts.handed_out import read_handed_out

MIME = {
    "CSV": "text/csv",
    "Parquet": "application/vnd.apache.parquet",
    "Excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def draw_downloads(matched: Matched) -> None:
    """Every table in every form."""
    store = matched.workspace.store
    said = [verdict.id for verdict in store.verdicts(matched.id)]
    locked = [lock.item_ids for lock in store.locks(matched.id)]
    decides = (matched.info.version, matched.encoded.key, matched.recipe.to_json(), said, locked)
    st.subheader("Download")
    for name, (what, table) in _tables(matched).items():
        st.markdown(f"**{name}** :gray[{what}]")
        of = decides if name in ("Matches", "Verdicts") else (*decides, *_decide_mains(matched))
        with st.container(horizontal=True, gap="small"):
            for kind in exports.ENDINGS:
                _draw_download(matched, name.lower().replace(" ", "-"), kind, table, of)
    st.markdown("**Matches of each listing** :gray[posting_id, matches]", help="The form of Shopee's contest.")

    def list_matches() -> pd.DataFrame:
        outcome = read_handed_out(matched).outcome
        ids = matched.catalog.listings["item_id"]
        return exports.contest_lists(exports.match_lists(ids, outcome.left, outcome.right, outcome.strength))

    _draw_download(matched, "contest", "CSV", list_matches, decides)


def _tables(matched: Matched) -> dict[str, tuple[str, Callable[[], pd.DataFrame]]]:
    """What can be downloaded: its name, what it is in a few words, and what makes it.

    A file is made of the verdicts and locks at the click: the page may have been drawn long before the last of them.
    """
    listings = matched.catalog.listings
    verdicts = partial(matched.workspace.store.verdicts, matched.id)

    def list_pairs() -> pd.DataFrame:
        handed_out = read_handed_out(matched)
        outcome = handed_out.outcome
        return exports.match_table(
            listings, outcome.left, outcome.right, outcome.distance, verdicts(), number=handed_out.numbered.number,
            direct=outcome.direct,
        )  # fmt: skip

    def lay_out() -> GroupTables:
        handed_out = read_handed_out(matched)
        group, numbered = handed_out.outcome.group, handed_out.numbered
        return lay_out_groups(matched.workspace, matched.id, matched.catalog, group, numbered)

    return {
        "Matches": ("one pair a row", list_pairs),
        "Groups": ("every listing, by group", lambda: lay_out().listings),
        "One row a group": ("its main listing, ids, titles, prices", lambda: lay_out().groups),
        "Main ids": ("which id each id becomes", lambda: lay_out().main_ids),
        "Verdicts": ("what curators said", lambda: exports.verdict_table(verdicts(), listings)),
    }


def _decide_mains(matched: Matched) -> tuple[object, ...]:
    """What main listings come from, besides groups."""
    rule = read_rule(matched.workspace, matched.id, matched.catalog)
    return asdict(rule), read_chosen(matched.workspace.store, matched.id)


def _draw_download(
    matched: Matched, name: str, kind: exports.Format, table: Callable[[], pd.DataFrame], decides: tuple[object, ...]
) -> None:
    """A button that makes its file when it is pressed."""

    def make() -> bytes:
        made = exports.to_bytes(table(), kind, mark=name != "contest", guard=name != "contest")
        matched.workspace.store.set_setting(matched.id, EXPORTED, True)
        return made

    st.download_button(
        kind, make, file_name=exports.export_name(matched.id, name, exports.ENDINGS[kind], *decides), mime=MIME[kind],
        key=f"download-{name}-{kind}", on_click="ignore",
    )  # fmt: skip
