"""Long work on the screen: what is done, how far it is, how fast, how long still, and Cancel."""

import streamlit as st

from matcher import jobs
from matcher.progress import WHOLE_JOBS, duration
from matcher.storage.records import Job
from matcher.storage.workspace import Workspace
from pages._shared.escape import literal

TITLES = {
    "import": "Reading the catalog",
    "demo": "Opening the demo catalog",
    "encode": "Finding matches",
    "learn": "Learning from labels and verdicts",
    "search": "Finding the best recipe",
    "train": "Training an encoder",
    "trial": "Trying an encoder",
    "before-after": "Encoding before and after",
    "compare": "Comparing encoders",
}


def follow(workspace: Workspace, job_id: str, title: str) -> None:
    """Show a running job until it ends; then the page runs again."""

    @st.fragment(run_every=1.0)
    def poll() -> None:
        job = jobs.get(workspace, job_id)
        if not job.active:
            st.rerun()
        with st.container(border=True):
            st.markdown(f"**{title}**")
            st.progress(job.fraction or 0.0, text=describe(job))
            draw_cancel(workspace, job, "Stopping at the next safe point.")

    poll()


def draw_cancel(workspace: Workspace, job: Job, toast: str) -> None:
    """Cancel, or a sign that this is being done."""
    label = "Stopping" if job.cancel_requested else "Cancel"
    if st.button(label, key=f"cancel-{job.id}", icon=":material/stop_circle:", disabled=job.cancel_requested):
        jobs.cancel(workspace, job.id)
        st.toast(toast, icon=":material/stop_circle:")


def tell_of_failure(workspace: Workspace) -> None:
    """Say what the last job could not do, as long as nothing came after it."""
    newest = max(
        filter(None, (jobs.latest(workspace, kind) for kind in TITLES)), key=lambda job: job.created, default=None
    )
    if newest and newest.state == "failed":
        st.error(f"{TITLES[newest.kind]} failed. {literal(newest.message)}", icon=":material/error:")


def draw_status(workspace: Workspace) -> None:
    """One line for each running job; nothing when there is none."""
    if not jobs.active(workspace):
        return

    @st.fragment(run_every=2.0)
    def poll() -> None:
        running = jobs.active(workspace)
        if not running:
            st.rerun()
        for job in running:
            st.progress(job.fraction or 0.0, text=f"{TITLES.get(job.kind, job.kind)} · {say_fraction(job)}")

    poll()


def describe(job: Job) -> str:
    """ "Reading photos · 120 of 500 · 45 a second · 8 s left in this step", or left at all."""
    parts = [job.step or "Starting"]
    if job.kind == "compare" and job.message:  # its units are shares of the time, which the message tells
        return " · ".join([parts[0], literal(job.message)])
    if job.total:
        parts.append(f"{job.done:,} of {job.total:,}")
    if job.rate:
        parts.append(f"{job.rate:,.0f} a second" if job.rate >= 1 else f"{60 * job.rate:,.0f} a minute")
    if job.seconds_left is not None:
        is_whole = job.step in WHOLE_JOBS
        left = duration(job.seconds_left, rough=is_whole)
        parts.append(f"{left} left at most" if is_whole else f"{left} left in this step")
    return " · ".join(parts + ([literal(job.message)] if job.message else []))


def say_fraction(job: Job) -> str:
    """How far a job is, in a word or two."""
    return f"{100 * job.fraction:.0f} %" if job.fraction is not None else "starting"
