"""Where am I, and what is next."""

import streamlit as st

from matcher import jobs
from matcher.pipeline import catalogs, default_recipe, encoding, recipes
from matcher.storage.records import CatalogInfo
from matcher.storage.workspace import Workspace
from pages._shared import job_panel
from pages._shared.cards import Card, draw_grid
from pages._shared.escape import literal
from pages._shared.opened_catalog import (
    EXPORTED,
    Opened,
    current_workspace,
    draw_find_matches,
    is_encoded,
    make_card,
    need_catalog,
    open_catalog,
)

DEMO = catalogs.DemoConfig()
SHOWN = 10  # photos of the catalog on this page: two rows of a wide window


def main() -> None:
    """Offer the demo to a newcomer; show everybody else what is done and what is next."""
    workspace = current_workspace()
    continue_demo(workspace)
    running = next((job for job in jobs.active(workspace)), None)
    catalogs = workspace.catalogs()
    st.title("Find the same product listed twice" if not catalogs else "Start")
    if running:
        job_panel.follow(workspace, running.id, job_panel.TITLES.get(running.kind, running.kind))
    else:
        job_panel.tell_of_failure(workspace)
    if not catalogs:
        draw_welcome(workspace, busy=running is not None)
        return
    opened = need_catalog()
    draw_checklist(opened, busy=running is not None)
    st.subheader(literal(opened.info.name))
    draw_grid(sample(opened), key="sample", on_open=open_listing)
    if st.session_state.pop("go-browse", False):
        st.switch_page("pages/browse.py", query_params={"catalog": opened.id, "item": st.session_state["browse-item"]})
    draw_others(workspace, catalogs, opened.id)


def draw_welcome(workspace: Workspace, busy: bool) -> None:
    """What an empty workspace says."""
    st.markdown(
        "Twinshelf compares listings by title, by photo and by both, and shows you which ones sell the same product. "
        "You set how strict it is, judge the doubtful pairs, and download the result."
    )
    if busy:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open the demo catalog", type="primary", icon=":material/play_circle:"):
            start_demo(workspace)
        st.page_link("pages/catalog.py", label="Import your own table", icon=":material/upload:")
    st.caption(
        "The demo has about 500 listings with drawn photos. It takes about a minute, and nothing leaves this computer."
    )


def start_demo(workspace: Workspace) -> None:
    """Import the demo; `continue_demo` then looks for its matches."""
    workspace.store.set_setting("", "page.demo", "importing")
    jobs.start(workspace, "demo", DEMO)
    st.rerun()


def continue_demo(workspace: Workspace) -> None:
    """Look for matches as soon as the demo that was asked for is there, whichever tab sees it first."""
    if workspace.store.setting("", "page.demo") != "importing":
        return
    job = jobs.latest(workspace, "demo")
    if job is None or job.active:
        return
    workspace.store.set_setting("", "page.demo", job.state)
    if job.state == "done":
        open_catalog(DEMO.catalog_id)
        text, image = default_recipe.default_encoders(workspace.load_catalog(DEMO.catalog_id))
        jobs.start(workspace, "encode", encoding.EncodeConfig(DEMO.catalog_id, text, image))


def draw_checklist(opened: Opened, busy: bool) -> None:
    """The five steps, each with its state and a link; the next one has the button."""
    store = opened.workspace.store
    encoded = is_encoded(opened)
    chosen = store.setting(opened.id, "recipe") is not None
    tuned = chosen and recipes.outdated_recipe(opened.workspace, opened.id) is None
    thresholds = "yours" if tuned else "yours are for other encoders" if chosen else "the usual ones"
    verdicts = len(store.verdicts(opened.id))
    exported = bool(store.setting(opened.id, EXPORTED))
    steps = [
        ("Catalog", "pages/catalog.py", True, f"{opened.info.listings:,} listings, {opened.info.problems:,} issues"),
        ("Browse", "pages/browse.py", encoded, "found" if encoded else "not looked for yet"),
        ("Thresholds", "pages/thresholds.py", tuned, thresholds),
        ("Review", "pages/review.py", verdicts > 0, f"{verdicts:,} verdict{'' if verdicts == 1 else 's'}"),
        ("Results", "pages/results.py", exported, "done" if exported else "not yet"),
    ]
    for column, (name, page, done, state) in zip(st.columns(len(steps)), steps, strict=True):
        sign = ":green[:material/check_circle:]" if done else ":gray[:material/radio_button_unchecked:]"
        with column.container(border=True, height="stretch", gap="xsmall"):
            st.page_link(page, label=f"**{name}**")
            st.caption(f"{sign} {state}")
    if busy:
        return
    if not encoded:
        draw_find_matches(opened)
    elif not tuned and not verdicts and st.button("Browse the matches", type="primary", icon=":material/grid_view:"):
        st.switch_page("pages/browse.py", query_params={"catalog": opened.id})


def sample(opened: Opened) -> list[Card]:
    """Listings from all over the catalog, those with a photo first."""
    photos = opened.catalog.listings["photo"].to_numpy() != ""
    pool = photos.nonzero()[0] if photos.any() else (~photos).nonzero()[0]
    return [make_card(opened, int(row)) for row in pool[:: max(1, len(pool) // SHOWN)][:SHOWN]]


def open_listing(item_id: str) -> None:
    """Look at a listing of the sample."""
    st.session_state["browse-item"] = item_id
    st.session_state["go-browse"] = True


def draw_others(workspace: Workspace, catalogs: list[CatalogInfo], current: str) -> None:
    """The other catalogs of this workspace, and the demo if it is not among them."""
    rest = [info for info in catalogs if info.id != current]
    if rest:
        st.subheader("Other catalogs")
    for info in rest:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.text(info.name)
            st.caption(f"{info.listings:,} listings · {info.photos:,} photos")
            st.space("stretch")
            st.button("Open", key=f"open-{info.id}", on_click=open_catalog, args=[info.id])
    if all(info.id != DEMO.catalog_id for info in catalogs):
        if st.button("Open the demo catalog", icon=":material/play_circle:", type="tertiary"):
            start_demo(workspace)


main()
