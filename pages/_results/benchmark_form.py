"""Compare encoders: what a comparison is, starting one, and watching it; what it came to is in benchmark_results."""

import streamlit as st

from matcher import jobs
from matcher.benchmark.results import load_results
from matcher.benchmark.setup import CompareConfig, expected_seconds, open_setup, resume_results, rows_to_do
from matcher.benchmark.systems import DATA, DATA_WORDS, SYSTEMS
from matcher.errors import DataError
from matcher.pipeline.kept.says_nothing import read_marks
from matcher.progress import duration
from matcher.storage.records import Job
from matcher.training.config import Preset
from pages._results import benchmark_results
from pages._shared.escape import literal
from pages._shared.job_panel import draw_cancel
from pages._shared.opened_catalog import Opened, draw_empty

SEEN = "page.compare.seen"  # the comparison whose early end the curator has read
PRESETS: dict[Preset, str] = {"light": "Light", "paper": "The paper's"}


def draw(opened: Opened) -> None:
    """All of it, top to bottom: what runs, what came out, and how to start."""
    if not (opened.catalog.codes >= 0).any():
        draw_empty(
            "leaderboard",
            "There are no known products to compare on.",
            "A comparison is measured on labels: import a table that says which listings are one product.",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.page_link("pages/catalog.py", label="Add a catalog", icon=":material/upload:")
        return
    job = jobs.latest(opened.workspace, "compare", opened.id)
    running = bool(job and job.active)
    if job and running:
        watch(opened, job)
    elif job and job.state in ("failed", "cancelled") and opened.workspace.store.setting(opened.id, SEEN) != job.id:
        draw_stopped(opened, job)
    results = load_results(opened.workspace, opened.id)
    if results is None or not results.rows:
        draw_explanation()
        if not running:
            draw_form(opened, "Compare encoders")
        return
    benchmark_results.draw(opened, results)
    if not running:
        with st.expander("Compare again, or with other rows", icon=":material/replay:"):
            draw_form(opened, "Compare")


def draw_stopped(opened: Opened, job: Job) -> None:
    """Why a comparison ended early, and the same one again, which only has to do what is left."""
    tell = st.error if job.state == "failed" else st.info
    tell(literal(job.message), icon=":material/error:" if job.state == "failed" else ":material/stop_circle:")
    parts = {name: tuple(job.config[name]) for name in ("models", "data")}
    config = CompareConfig(**(job.config | parts))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Go on", type="primary", icon=":material/restart_alt:", key="compare-go-on"):
            jobs.start(opened.workspace, "compare", config)
            st.rerun()
        st.button("Dismiss", type="tertiary", key="compare-dismiss", on_click=_dismiss, args=[opened, job])
        try:
            st.caption(say_time(opened, config))
        except DataError as error:
            st.caption(literal(str(error)))


def _dismiss(opened: Opened, job: Job) -> None:
    opened.workspace.store.set_setting(opened.id, SEEN, job.id)


def draw_explanation() -> None:
    """What a comparison is, before there is one."""
    st.markdown(
        "How well do the paper's encoders tell **your** products apart? Each is trained on some of the products and "
        "measured on others that it never saw. The table says what to expect, with an interval for each figure; the "
        "paper's own way of measuring and its figures stand beside it."
    )


def draw_form(opened: Opened, label: str) -> None:
    """Rows, data and preset; how long it takes; start."""
    titles = {each.id: each.title for each in SYSTEMS.values()}
    models = st.pills(
        "Encoders",
        titles,
        format_func=titles.__getitem__,
        selection_mode="multi",
        default=[*titles],
        key="compare-models",
    )
    left, right = st.columns(2)
    data = left.pills(
        "Data",
        DATA,
        format_func=str.capitalize,
        selection_mode="multi",
        default=DATA,
        key="compare-data",
        help=". ".join(f"{d.capitalize()}: {w}" for d, w in DATA_WORDS.items()),
    )
    usual: Preset = "light"
    preset: Preset = right.segmented_control(
        "Training",
        list(PRESETS),
        format_func=PRESETS.__getitem__,
        default=usual,
        required=True,
        key="compare-preset",
        help="The paper's settings take days without a GPU.",
    )
    if not models or not data:
        st.caption("Choose at least one encoder and one kind of data.")
        return
    config = CompareConfig(opened.id, tuple(models), tuple(data), preset)
    try:
        words = say_time(opened, config)
    except DataError as error:
        st.warning(literal(str(error)), icon=":material/label_off:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(label, type="primary", icon=":material/leaderboard:"):
            jobs.start(opened.workspace, "compare", config)
            st.rerun()
        st.caption(words)


def read_stamp(opened: Opened) -> float:
    """Changes with every row that is written."""
    results = load_results(opened.workspace, opened.id)
    return results.updated if results else 0.0


def say_time(opened: Opened, config: CompareConfig) -> str:
    """How many rows are to do and about how long they take."""
    listed = (str(opened.workspace.root), opened.info.version, read_marks(opened.workspace, opened.id))
    return _estimate_time(listed, config, read_stamp(opened), opened)


@st.cache_data(show_spinner=False, max_entries=16)
def _estimate_time(listed: tuple[object, ...], config: CompareConfig, stamp: float, _opened: Opened) -> str:
    setup = open_setup(_opened.workspace, config)
    results = resume_results(setup)
    todo = rows_to_do(config, results)
    if not todo:
        return "All of these rows are there already."
    seconds = expected_seconds(setup, todo)
    kept = load_results(_opened.workspace, _opened.id)
    replaced = kept is not None and bool(kept.rows) and kept.basis != results.basis
    then = "the first takes the place of the table below" if replaced else "what is finished is kept"
    rows = f"{len(todo)} row{'' if len(todo) == 1 else 's'}"
    return f"{rows} to do, about {duration(seconds, rough=True)} on two processor cores; {then}."


def watch(opened: Opened, job: Job) -> None:
    """Progress over the whole comparison; the page runs again with every row that is done, and at the end."""
    before = read_stamp(opened)

    @st.fragment(run_every=1.5)
    def poll() -> None:
        now = jobs.get(opened.workspace, job.id)
        if not now.active or read_stamp(opened) != before:
            st.rerun()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.progress(now.fraction or 0.0, text=literal(now.message) or "Starting")
            draw_cancel(opened.workspace, now, "Stopping at the next safe point; finished rows are kept.")

    poll()
