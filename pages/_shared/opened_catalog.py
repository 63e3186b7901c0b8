"""What every page starts from: the workspace, the catalog that is open, its matches, and the card of a listing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from matcher import jobs
from matcher.ingest.catalog import Catalog
from matcher.matching.recipe import Recipe, decide
from matcher.pipeline import default_recipe, encoding, recipes
from matcher.pipeline.encoding import ENCODED
from matcher.pipeline.pair_model.judge import open_judgement
from matcher.pipeline.recipe_columns import know_columns, without_lost_columns
from matcher.review.pair_cases import PairIndex, index_pairs
from matcher.storage.records import CatalogInfo, Verdict
from matcher.storage.workspace import Workspace, open_workspace
from matcher.vectors.candidate_pairs import Modality
from pages._shared import job_panel
from pages._shared.cards import Badge, Bar, Card
from pages._shared.encoder_names import find_deleted
from pages._shared.escape import literal
from pages._shared.photo_route import photo_url, workspace_root

MOST_OFFERED = 8  # catalogs, in place of one that is not there
EXPORTED = "page.exported"  # the setting of a catalog that remembers that its results were downloaded
CURRENT = "page.catalog"  # the workspace setting that remembers which catalog was open last


@dataclass(frozen=True)
class Opened:
    """The catalog on the table. Arrays are shared by all readers: never change them."""

    workspace: Workspace
    info: CatalogInfo
    catalog: Catalog

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def rows(self) -> dict[str, int]:
        """Row of each item_id."""
        return self.catalog.rows

    def cell(self, column: str, row: int) -> str:
        """What the table of listings says; "" where it says nothing."""
        return str(self.catalog.listings[column].iat[row])


@dataclass(frozen=True)
class Matched(Opened):
    """A catalog with its encoded pairs and the recipe in force."""

    encoded: encoding.Encoded
    index: PairIndex
    recipe: Recipe
    is_match: NDArray[np.bool_]  # (P,)

    @property
    def scale(self) -> float:
        """The distance at which a bar is full."""
        if self.recipe.metric == "cosine":
            return 1.0
        finite = [d[np.isfinite(d)] for d in self.encoded.pairs.distance.values()]
        return max((float(d.max()) for d in finite if len(d)), default=1.0)


def current_workspace() -> Workspace:
    """The workspace of this server."""
    return _workspace(workspace_root())


@st.cache_resource(show_spinner=False)
def _workspace(root: Path) -> Workspace:
    return open_workspace(root)


def current_catalog_id() -> str | None:
    """The catalog that is open: from the address, this visit, or the last time; None in an empty workspace."""
    workspace = current_workspace()
    ids = [info.id for info in workspace.catalogs()]
    wanted = (st.query_params.get("catalog"), st.session_state.get("catalog_id"), workspace.store.setting("", CURRENT))
    return next((name for name in wanted if name in ids), ids[0] if ids else None)


def open_catalog(catalog_id: str) -> None:
    """Put another catalog on the table, in this visit and for the next one."""
    if st.session_state.get("catalog_id") != catalog_id:
        st.session_state["catalog_id"] = catalog_id
        current_workspace().store.set_setting("", CURRENT, catalog_id)
    if st.query_params.get("catalog") != catalog_id:
        st.query_params["catalog"] = catalog_id


def need_catalog() -> Opened:
    """The open catalog; without one the page says what to do and ends here."""
    workspace, catalog_id = current_workspace(), current_catalog_id()
    if catalog_id is None:
        draw_empty("inventory_2", "There is no catalog yet.", "Open the demo catalog, or import your own table.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.page_link("pages/start.py", label="Open the demo catalog", icon=":material/home:")
            st.page_link("pages/catalog.py", label="Add a catalog", icon=":material/upload:")
        st.stop()
    _refuse_unknown(workspace)
    info = workspace.catalog_info(catalog_id)
    return Opened(workspace, info, _catalog(workspace.root, catalog_id, info.version))


def _refuse_unknown(workspace: Workspace) -> None:
    """Where the address names a catalog that is not here, say so and end the page: another one is opened by choice."""
    asked, infos = st.query_params.get("catalog"), workspace.catalogs()
    if asked is None or asked in {info.id for info in infos}:
        return
    draw_empty("link_off", f"There is no catalog {literal(asked[:80])} here.", "Open one of those that are:")
    with st.container(horizontal=True, horizontal_alignment="center"):
        for info in infos[:MOST_OFFERED]:
            st.button(literal(info.name), key=f"instead-{info.id}", on_click=_open_instead, args=[info.id])
    st.stop()


def _open_instead(catalog_id: str) -> None:
    open_catalog(catalog_id)
    st.query_params.pop("item", None)  # of the catalog that is not here


def need_matches() -> Matched:
    """The open catalog with its matches; without them the page offers to find them and ends here."""
    opened = need_catalog()
    workspace = opened.workspace
    stamp = _stamp(opened)
    encoded, index = _encoded(workspace.root, opened.id, opened.info.content, stamp)
    if encoded is None or index is None:
        if _fits(opened, json.loads(stamp)):  # they went while this was looked at: not to be kept for later
            _encoded.clear()
        job = jobs.latest(workspace, "encode", opened.id)
        if job and job.active:
            job_panel.follow(workspace, job.id, "Finding matches")
        else:
            draw_empty("join_inner", "Matches have not been looked for yet.", "It takes a minute for 500 listings.")
            with st.container(horizontal=True, horizontal_alignment="center"):
                draw_find_matches(opened)
            if job and job.state == "failed":
                st.error(f"The last attempt failed: {literal(job.message)}", icon=":material/error:")
        st.stop()
    recipe = without_lost_columns(recipes.current_recipe(workspace, opened.id), opened.catalog)
    encoded = _knowing(workspace.root, opened.id, opened.info.version, stamp, recipe.columns, encoded, opened, recipe)
    encoded, index = need_judgement(opened, encoded, index, recipe, stamp)
    is_match = _decided(workspace.root, opened.id, opened.info.version, stamp, recipe.to_json(), encoded)
    return Matched(**vars(opened), encoded=encoded, index=index, recipe=recipe, is_match=is_match)


def need_judgement(
    opened: Opened, encoded: encoding.Encoded, index: PairIndex, recipe: Recipe, stamp: str
) -> tuple[encoding.Encoded, PairIndex]:
    """The encoding with what the pair model of the recipe makes of its pairs; else the page says so and ends here."""
    if recipe.fusion != "learned":
        return encoded, index
    apart = f"{recipe.one_per} {recipe.only_across} {opened.info.version}" if recipe.columns else ""
    judge = f"{recipe.pair_model}{recipe.veto}{apart}"
    judged = _judged(opened.workspace.root, opened.id, stamp, judge, encoded, recipe)
    if judged is not None:
        return judged
    _judged.clear()
    job = jobs.latest(opened.workspace, "encode", opened.id)
    if job and job.active:
        job_panel.follow(opened.workspace, job.id, "Finding matches")
    else:
        draw_empty("model_training", "The pair model has not judged these pairs yet.", "It takes some seconds.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            if st.button("Find matches", type="primary", icon=":material/join_inner:", key="judge-pairs"):
                jobs.start(opened.workspace, "encode", encoded.config)
                st.rerun()
        if job and job.state == "failed":
            st.error(f"The last attempt failed: {literal(job.message)}", icon=":material/error:")
    st.stop()


def is_encoded(opened: Opened) -> bool:
    """Whether matches were looked for since the listings last changed."""
    return _fits(opened, opened.workspace.store.setting(opened.id, ENCODED))


def draw_find_matches(opened: Opened, key: str = "find-matches") -> None:
    """Start the job that encodes the catalog as it was last encoded, or else with the usual encoders."""
    if st.button("Find matches", type="primary", icon=":material/join_inner:", key=key):
        jobs.start(opened.workspace, "encode", _next_config(opened))
        st.rerun()


def _next_config(opened: Opened) -> encoding.EncodeConfig:
    """As it was last encoded; by the usual encoders where one is gone or was none, by none where nothing is read."""
    last = recipes.last_config(opened.workspace, opened.id, opened.catalog)
    before: dict[Modality, str | None] = {"text": last.text, "image": last.image}
    gone = find_deleted(opened.workspace, before)
    usual = dict(zip(before, default_recipe.default_encoders(opened.catalog), strict=True))
    text, image = (usual[side] and (usual[side] if side in gone else before[side] or usual[side]) for side in before)
    return replace(last, text=text, image=image)


def draw_empty(icon: str, what: str, do: str) -> None:
    """Say plainly that there is nothing here, and what to do about it."""
    with st.container(horizontal_alignment="center", key=f"empty-{icon}"):
        st.markdown(f"## :gray[:material/{icon}:]", text_alignment="center")
        st.markdown(f"**{what}**", text_alignment="center")
        st.caption(do, text_alignment="center")


def make_card(
    opened: Opened,
    row: int,
    *,
    title: str | Sequence[tuple[str, bool]] | None = None,
    bars: Sequence[Bar] = (),
    badges: Sequence[Badge] = (),
    verdict: str | None = None,
    large: bool = False,
    note: str | None = None,
) -> Card:
    """The card of one listing of the open catalog.

    Args:
        opened: The catalog.
        row: The listing's row.
        title: Pieces from `differing_words` where it stands beside another listing.
        bars: Distances to the listing it stands beside.
        badges: Words about it.
        verdict: What the curator has decided, if that is so.
        large: Whether it is the listing the page is about: a larger photo and the whole title.
        note: A quiet line under the title; the listing's id by default.
    """
    item_id, words, photo = (opened.cell(column, row) for column in ("item_id", "title", "photo"))
    return Card(
        item_id=item_id,
        title=words if title is None else title,
        photo=photo_url(opened.id, photo, "images" if large else "thumbnails"),
        note=item_id if note is None else note,
        bars=bars,
        badges=badges,
        verdict=verdict,
        large=large,
    )


def read_verdicts(opened: Opened) -> dict[tuple[str, str], Verdict]:
    """Verdicts in force under their sorted item ids."""
    return {(v.left_id, v.right_id): v for v in opened.workspace.store.verdicts(opened.id)}


def _fits(opened: Opened, kept: dict[str, Any] | None) -> bool:
    """Whether what was remembered of an encoding is of the listings that are open."""
    return kept is not None and kept["content"] == opened.info.content


def _stamp(opened: Opened) -> str:
    """Changes whenever the catalog is encoded anew."""
    return json.dumps(opened.workspace.store.setting(opened.id, ENCODED), sort_keys=True)


@st.cache_resource(show_spinner="Opening the catalog", max_entries=3)
def _catalog(root: Path, catalog_id: str, version: str) -> Catalog:
    return _workspace(root).load_catalog(catalog_id, version)


@st.cache_resource(show_spinner="Opening the matches", max_entries=2)
def _encoded(root: Path, catalog_id: str, content: str, stamp: str) -> tuple[encoding.Encoded | None, PairIndex | None]:
    encoded = encoding.load_encoded(_workspace(root), catalog_id, content)
    return encoded, index_pairs(encoded.pairs) if encoded else None


@st.cache_resource(show_spinner=False, max_entries=3)
def _knowing(
    root: Path, catalog_id: str, version: str, stamp: str, columns: tuple[str, ...],
    _encoded: encoding.Encoded, _opened: Opened, _recipe: Recipe,
) -> encoding.Encoded:  # fmt: skip
    return know_columns(_encoded, _opened.catalog, _recipe)


@st.cache_resource(show_spinner=False, max_entries=3)
def _judged(
    root: Path, catalog_id: str, stamp: str, judge: str, _encoded: encoding.Encoded, _recipe: Recipe
) -> tuple[encoding.Encoded, PairIndex] | None:
    pairs = open_judgement(_workspace(root), _encoded, _recipe)
    # What is kept of these pairs holds for this model alone.
    if pairs is None:
        return None
    return replace(_encoded, pairs=pairs, key=f"{_encoded.key} {judge}"), index_pairs(pairs)


@st.cache_resource(show_spinner=False, max_entries=8)
def _decided(
    root: Path, catalog_id: str, version: str, stamp: str, recipe: str, _encoded: encoding.Encoded
) -> NDArray[np.bool_]:
    return decide(_encoded.pairs, Recipe.from_json(recipe))
