"""Twinshelf: `streamlit run app.py`.

Streamlit meets this file twice: the server imports it once for `app`, which serves the photos beside the pages,
and every run of a page executes it as `__main__`, which draws the frame around the page.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.starlette import App

from pages._access import identity
from pages._access.setup import access_control
from pages._shared import failures, photo_route, sidebar, visits
from pages._uploads import on_disk

HERE = Path(__file__).parent
PAGES = (
    ("start", "Start", ":material/home:"),
    ("catalog", "Catalog", ":material/inventory_2:"),
    ("encoders", "Encoders", ":material/model_training:"),
    ("browse", "Browse", ":material/grid_view:"),
    ("thresholds", "Thresholds", ":material/tune:"),
    ("review", "Review", ":material/fact_check:"),
    ("groups", "Groups", ":material/workspaces:"),
    ("verdicts", "Verdicts", ":material/gavel:"),
    ("results", "Results", ":material/download:"),
)


def draw() -> None:
    """Draw the frame: navigation and sidebar, then the page itself."""
    st.set_page_config(page_title="Twinshelf", page_icon=str(HERE / "assets" / "icon.svg"), layout="wide")
    st.logo(str(HERE / "assets" / "wordmark.svg"), icon_image=str(HERE / "assets" / "icon.svg"))
    st.html(HERE / "assets" / "app.css")
    if not identity.let_in():
        return
    page = st.navigation(
        [
            st.Page(HERE / "pages" / f"{name}.py", title=title, icon=icon, default=name == "start")
            for name, title, icon in PAGES
        ]
    )
    try:
        sidebar.draw()
        page.run()
    except Exception as error:
        if not failures.tell(error):
            raise  # a defect: Streamlit writes it to the log, and `failures.tell_any` says so on the page


if __name__ == "__main__":
    draw()
else:
    # Until a page has run once, a deep link would meet Streamlit's older reading of the folder pages/.
    PagesManager.uses_pages_directory = False
    visits.bound_visits()
    on_disk.keep_uploads_in(photo_route.workspace_root())
    app = App(
        __file__,
        routes=[photo_route.photo_route()],
        middleware=[access_control(photo_route.workspace_root())],
        on_script_error=failures.tell_any,
    )
