"""Start a training: few choices, the rest folded away, and in plain words what will happen."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from matcher import jobs
from matcher.encoders.base import COLUMN_OF, Training
from matcher.encoders.registry import trainable_encoders
from matcher.errors import MatcherError
from matcher.pipeline.kept.says_nothing import read_marks
from matcher.pipeline.train_encoder import TrainJob, listings_of, training_job
from matcher.progress import duration
from matcher.review.verdicts import name_verdicts
from matcher.storage.records import Job
from matcher.training.config import RANGES, Preset, TrainConfig, expected_seconds
from matcher.training.data.rebalance import balance
from matcher.training.data.split import TRAIN, TUNE
from matcher.training.dataset import prepare
from matcher.training.runs import check_name, free_name
from pages._shared.escape import literal
from pages._shared.filled import fill
from pages._shared.opened_catalog import Opened
from pages._shared.wording import name_encoder

PRESETS: dict[Preset, str] = {"light": "Light", "paper": "The paper's"}
ABOUT = {
    "light": "Made for a computer without a graphics card: minutes for a few thousand listings.",
    "paper": "The published settings: all layers, many epochs. Hours without a graphics card.",
}
LABELS = {True: "With the known products", False: "Without labels"}
LOSSES = {"arcface": "ArcFace", "softmax": "Softmax"}
ASKED = "training-asked"  # that Start was clicked, and the form has not heard of it yet
GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg")
# Field: its name, its unit or what it does, its format.
NUMBERS = {
    "epochs": ("Epochs, at most", "Times that the listings are gone through.", "%d"),
    "patience": ("Patience", "Epochs without a better F1 after which it ends.", "%d"),
    "batch": ("Listings in a step", "", "%d"),
    "margin": ("Margin (radians)", "m of ArcFace: how far apart products are pushed.", "%.2f"),
    "scale": ("Scale", "s of ArcFace: how sharply a near stranger counts.", "%.0f"),
    "rate": ("Learning rate", "Of the encoder's own layers.", "%.1e"),
    "head_rate": ("Learning rate of the head", "Of the projection and the class centres.", "%.1e"),
    "tune_share": ("Kept out to measure on", "Share of the products that tells when to stop.", "%.2f"),
    "test_share": ("Kept out of everything", "Share of the products for figures of your own afterwards.", "%.2f"),
    "seed": ("Seed", "Of everything drawn at random.", "%d"),
}


def draw(opened: Opened) -> None:
    """The form, while no training on this catalog runs."""
    offered = _offer(opened)
    if not offered:
        st.info("This catalog has neither titles nor photos to learn from.", icon=":material/info:")
        return
    with st.container(border=True, key="train-form"):
        if st.session_state.get("train-kind") not in offered:  # as in a catalog that was open before
            st.session_state["train-kind"] = next(iter(offered))
        kind = str(
            st.segmented_control(
                "What to train", list(offered), required=True, key="train-kind", persist_state="session",
                format_func=lambda name: f":material/{offered[name].icon}: {offered[name].title}",
            )
        )  # fmt: skip
        left, right = st.columns(2)
        free = free_name(opened.workspace.encoders, opened.id, offered[kind].run_word)
        fill(f"train-free-{kind}", free, {f"train-name-{kind}": free})  # what was typed stays until it has become a run
        name = left.text_input("Name of the encoder", key=f"train-name-{kind}", max_chars=64, persist_state="session")
        with right:
            preset = _choose_preset()
        labels = _choose_labels(opened)
        with st.expander("More choices", icon=":material/tune:"):
            encoder, changes = _choose_more(opened, kind, preset, labels)
        try:
            check_name(name.strip(), opened.workspace.encoders)
            job = training_job(
                opened.workspace, opened.id, encoder, run_id=name.strip(), name=preset, use_labels=labels, **changes
            )
            st.markdown(_describe(opened, job))
        except MatcherError as error:
            st.warning(literal(str(error)), icon=":material/warning:")
            job = None
        # A callback only notes the click. It would be given the job of the run before: without what was typed last,
        # where the click came before the page had run with it.
        st.button(
            "Start training", type="primary", icon=":material/model_training:", disabled=job is None, on_click=_ask
        )
    if st.session_state.pop(ASKED, False) and job is not None:
        _start(opened, job)
        st.rerun()


def answer_late_click(running: Job) -> None:
    """Tell who clicked Start after another tab had started a training, when no form was drawn to hear it."""
    if st.session_state.pop(ASKED, False):
        st.session_state["training-said"] = _refuse(running)


def _offer(opened: Opened) -> dict[str, Training]:
    """Encoders that this catalog can teach."""
    listings = opened.catalog.listings
    has = {modality: bool((listings[column] != "").any()) for modality, column in COLUMN_OF.items()}
    every = trainable_encoders().values()
    return {info.id: info.training for info in every if info.training and has[info.modality]}


def _choose_preset() -> Preset:
    has_gpu = any(Path(device).exists() for device in GPU_DEVICES)
    usual: Preset = "paper" if has_gpu else "light"
    preset: Preset = st.segmented_control(
        "Settings", list(PRESETS), default=usual, required=True, key="train-preset", persist_state="session",
        format_func=PRESETS.__getitem__,
    )  # fmt: skip
    st.caption(ABOUT[preset])
    return preset


def _choose_labels(opened: Opened) -> bool:
    """Whether labels teach; without two listings of one product there is nothing in them."""
    codes = opened.catalog.codes
    told = int((np.bincount(codes[codes >= 0]) > 1).sum()) if (codes >= 0).any() else 0
    if not told:
        st.caption(
            "No product is known to have two listings, so every listing is learned as a product of its own, by edited "
            "copies of it. Verdicts from the Review page are used."
        )
        return False
    return bool(
        st.segmented_control(
            "What tells products apart", [True, False], default=True, required=True, key="train-labels",
            persist_state="session", format_func=LABELS.__getitem__,
            help=f"{told:,} products are known to have two listings or more. Without labels, edited copies of each "
            "listing are its product. Verdicts are used either way.",
        )
    )  # fmt: skip


def _choose_more(opened: Opened, kind: str, preset: Preset, labels: bool) -> tuple[str, dict[str, Any]]:
    """The encoder to start from, and settings that differ from the preset's."""
    usual = TrainConfig(**training_job(opened.workspace, opened.id, kind, name=preset).settings)
    key = f"{kind}-{preset}"
    first, second = st.columns(2)
    other = first.text_input(
        "Start from another model", key=f"train-from-{kind}", placeholder=name_encoder(usual.encoder),
        help=_describe_other_models(kind), disabled=trainable_encoders()[kind].named is None, persist_state="session",
    ).strip()  # fmt: skip
    with second:
        loss = st.segmented_control(
            "Loss", ["arcface", "softmax"], default=usual.loss, required=True, key=f"train-loss-{key}",
            persist_state="session", format_func=LOSSES.__getitem__, help="Softmax is there to compare with.",
        )  # fmt: skip
    changes: dict[str, Any] = {"loss": loss}
    ranges = {field: (least, most) for field, least, most in RANGES}
    columns = st.columns(3)
    for place, (field, (label, about, form)) in enumerate(NUMBERS.items()):
        whole = form == "%d"
        least, most, value = (int(x) if whole else float(x) for x in (*ranges[field], getattr(usual, field)))
        changes[field] = columns[place % 3].number_input(
            label, least, most, value, format=form, help=about or None, key=f"train-{field}-{key}",
            persist_state="session", step=1 if whole else {"%.2f": 0.05, "%.0f": 1.0}.get(form, value / 10),
        )  # fmt: skip
    if labels:
        changes["balanced"] = st.checkbox(
            "Balance the products first: at most ten listings of each, small ones filled with new pairs of their own "
            "titles and photos", key=f"train-balanced-{key}", persist_state="session",
        )  # fmt: skip
        if changes["balanced"]:
            _draw_plan(opened, replace(usual, **changes))
    return (f"{kind}:{other}" if other else kind), changes


def _describe_other_models(kind: str) -> str:
    named = trainable_encoders()[kind].named
    return (
        f"{named.what.capitalize()}, by {named.by}. Leave it empty for the usual one."
        if named
        else "There is only the one that comes with the program."
    )


def _draw_plan(opened: Opened, config: TrainConfig) -> None:
    """What balancing would do, before it is applied."""
    before, after, new, left_out, frame = _balance(*_key(opened, config), opened)
    st.caption(
        f"{before:,} listings to learn from become {after:,}: {left_out:,} of large products left out, {new:,} new "
        "pairs of title and photo. Products kept out of the training are not touched."
    )
    frame = frame.rename(columns={
        "rows": "Listings of a product", "labels": "Products", "rows_before": "Before", "rows_after": "After",
        "new_pairs": "New pairs", "left_out": "Left out",
    })  # fmt: skip
    st.dataframe(frame, hide_index=True, height=min(250, 38 + 35 * len(frame)))


@st.cache_data(show_spinner=False, max_entries=10)
def _balance(
    root: Path, catalog_id: str, version: str, said: str, config: str, _opened: Opened
) -> tuple[int, int, int, int, pd.DataFrame]:
    listings = listings_of(_opened.workspace, catalog_id)
    settings = TrainConfig.from_json(config)
    listings = listings.having(settings.modality)
    dataset = prepare(listings, replace(settings, balanced=False))
    training = dataset.sides == TRAIN
    photos = [str(photo or "") for photo in listings.photos]
    plan = balance(
        np.where(training, dataset.codes, -1), listings.titles, photos, sides=dataset.sides, seed=settings.seed
    )  # fmt: skip
    frame = plan.summary()
    unlabelled = int((training & (dataset.codes < 0)).sum())
    total = {name: int(frame[name].sum()) for name in ("rows_before", "rows_after", "new_pairs", "left_out")}
    return (total["rows_before"] + unlabelled, total["rows_after"] + unlabelled, total["new_pairs"], total["left_out"],
            frame)  # fmt: skip


def _describe(opened: Opened, job: TrainJob) -> str:
    """What will happen and about how long it takes."""
    config = TrainConfig(**job.settings)
    listings, learned, rows, measured, classes = _count(*_key(opened, config), opened)
    what = f"{classes:,} products" if config.use_labels else "edited copies of each, without labels"
    what += f"; {rows:,} once balanced" if config.balanced else ""
    seconds = expected_seconds(config, listings) * rows / learned
    least, most = (duration(times * seconds, rough=True) for times in (0.5, 2))
    return (
        f"Starts from {literal(name_encoder(config.encoder))} and learns from **{learned:,} listings** ({what}). "
        f"{measured:,} listings of other products are kept out: they tell after each epoch how good it is, and when to "
        f"stop. At most {config.epochs} epochs, **about {least} to {most}** on two processor "
        "cores. You can go on working, close the page, or cancel; nothing in the catalog changes until you use the new "
        "encoder."
    )


@st.cache_data(show_spinner=False, max_entries=20)
def _count(
    root: Path, catalog_id: str, version: str, said: str, config: str, _opened: Opened
) -> tuple[int, int, int, int, int]:
    settings = TrainConfig.from_json(config)
    dataset = prepare(listings_of(_opened.workspace, catalog_id).having(settings.modality), settings)
    measured = dataset.sides == TUNE
    training = len(np.unique(dataset.rows))
    return len(dataset.sides), training, len(dataset.rows), int(measured.sum()), dataset.classes.count


def _key(opened: Opened, config: TrainConfig) -> tuple[Path, str, str, str, str]:
    marked = read_marks(opened.workspace, opened.id)
    said = f"{name_verdicts(opened.workspace.store.verdicts(opened.id))} {marked}"
    return opened.workspace.root, opened.id, opened.info.version, said, config.to_json()


def _ask() -> None:
    st.session_state[ASKED] = True


def _start(opened: Opened, job: TrainJob) -> None:
    try:
        started = jobs.get(opened.workspace, jobs.start(opened.workspace, "train", job))
    except MatcherError as error:
        st.session_state["training-said"] = str(error)
        return
    if started.config != asdict(job):
        st.session_state["training-said"] = _refuse(started)


def _refuse(running: Job) -> str:
    return (
        f"A training of {running.config['run_id']} is running on this catalog already; yours was not started. "
        "Wait for it, or cancel it."
    )
