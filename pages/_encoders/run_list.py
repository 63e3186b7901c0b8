"""Encoders trained here: the card of each, two side by side, and downloading them."""

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import streamlit as st

from matcher.benchmark.setup import is_of_comparison
from matcher.encoders.model_card import Card
from matcher.errors import EncoderError, MatcherError
from matcher.pipeline.recipes import users_of
from matcher.progress import duration
from matcher.storage.workspace import Workspace
from matcher.training.runs import (
    delete_run,
    discard_unfinished,
    import_run,
    list_damaged,
    pack_run,
    read_history,
    runs,
)
from pages._encoders import model_diff
from pages._encoders.curves import NOT_LEARNED, draw_curves, is_by_labels
from pages._shared.encoder_names import describe_run
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened
from pages._shared.wording import name_encoder
from pages._uploads.on_disk import copy_upload

CHOSEN = "run"  # the run that is looked at, in the session and in the address
NONE = "no other"


def draw(opened: Opened) -> None:
    """The run that is chosen, beside another one if that is asked for; a comparison's are the last to choose from."""
    cards = {
        card.id: card for card in sorted(runs(opened.workspace.encoders), key=lambda card: is_of_comparison(card.id))
    }
    if st.session_state.get(CHOSEN) not in cards:
        st.session_state[CHOSEN] = next(iter(cards))
    left, right = st.columns(2)
    name = left.selectbox("Encoder", list(cards), key=CHOSEN)
    card = cards[name]
    others = [NONE, *(other.id for other in cards.values() if other.modality == card.modality and other.id != name)]
    other = right.selectbox("Beside", others, key=f"beside-{name}", disabled=len(others) == 1)
    if other == NONE:
        _draw_one(opened, card)
    else:
        _draw_two(opened.workspace, card, cards[other])


def _draw_one(opened: Opened, card: Card) -> None:
    _draw_figures(card)
    history = _read_history(opened.workspace, card)
    if len(history):
        draw_curves({card.id: history}, card.modality, key=f"run-{card.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_export(opened.workspace, card)
        with st.popover("Settings", icon=":material/tune:"):
            st.dataframe(_list_settings([card]), hide_index=True, height=420)
        _draw_delete(opened.workspace, card)
    model_diff.draw(opened, card)


def _draw_figures(card: Card) -> None:
    """What it came to, and what that was measured on."""
    figures, data = card.figures, card.data
    shown = {
        "F1 before": f"{figures['f1_before']:.3f}",
        "F1 after": f"{figures['f1']:.3f}",
        "Best epoch": f"{int(figures['best_epoch'])} of {int(figures['epochs'])}",
        "Learned from": f"{data['learned_from']:,}",
        "Time": duration(figures["seconds"]),
    }
    for column, (name, figure) in zip(st.columns(len(shown)), shown.items(), strict=True):
        column.metric(name, figure)
    how = "" if is_by_labels(card) else "edited copies of "
    st.caption(
        f"{literal(describe_run(card))} {say_when(card)} F1 on {how}{data['tuned_on']:,} listings kept out of the "
        f"training, in a pool of {data['pool']:,}, at the best threshold"
        + (f" ({figures['threshold']:.3f})." if is_by_labels(card) else ", which says nothing of other listings.")
        + (f" {NOT_LEARNED}" if figures["best_epoch"] < 1 else "")
    )


def say_when(card: Card) -> str:
    """ "23 November 2026, 21:05."."""
    try:
        return f"{datetime.fromisoformat(card.created):%-d %B %Y, %H:%M}."
    except ValueError:
        return ""


def _read_history(workspace: Workspace, card: Card) -> pd.DataFrame:
    try:
        return read_history(workspace.encoders / card.id)
    except EncoderError as error:
        st.caption(literal(str(error)))
        return pd.DataFrame()


def _draw_two(workspace: Workspace, one: Card, other: Card) -> None:
    """Figures and settings of two runs side by side, and their curves in one chart."""
    rows: dict[str, Callable[[Card], str]] = {
        "Learned from": lambda card: f"{card.data['learned_from']:,} listings of {card.catalog}",
        "Started from": lambda card: name_encoder(card.encoder),
        "F1 before": lambda card: f"{card.figures['f1_before']:.3f}",
        "F1 after": lambda card: f"{card.figures['f1']:.3f}",
        "Measured on": lambda card: f"{card.data['tuned_on']:,} listings, by {card.split['measured_by']}",
        "Pool": lambda card: f"{card.data['pool']:,}",
        "Best threshold": lambda card: f"{card.figures['threshold']:.3f}" if is_by_labels(card) else "",
        "Best epoch": lambda card: f"{int(card.figures['best_epoch'])} of {int(card.figures['epochs'])}",
        "Time": lambda card: duration(card.figures["seconds"]),
    }
    frame = pd.DataFrame([[name, of(one), of(other)] for name, of in rows.items()], columns=["", one.id, other.id])
    settings = _list_settings([one, other])
    differ = settings[settings.iloc[:, 1] != settings.iloc[:, 2]]
    left, right = st.columns(2)
    with left:
        st.markdown("**Figures**")
        st.dataframe(frame, hide_index=True)
    with right:
        st.markdown("**Settings that differ**")
        if differ.empty:
            st.caption("None.")
        else:
            st.dataframe(differ, hide_index=True)
    if (one.catalog, one.split, one.data["tuned_on"]) != (other.catalog, other.split, other.data["tuned_on"]):
        st.caption(":material/warning: Their F1 was not measured on the same listings, so it does not rank them.")
    histories = {card.id: _read_history(workspace, card) for card in (one, other)}
    if all(len(history) for history in histories.values()):
        draw_curves(histories, one.modality, key=f"beside-{one.id}-{other.id}")


def _list_settings(cards: list[Card]) -> pd.DataFrame:
    """Names and values as the terminal takes them; one column a run."""
    names = list(dict.fromkeys(name for card in cards for name in card.config))
    rows = [[name.replace("_", " "), *(str(card.config.get(name, "")) for card in cards)] for name in names]
    return pd.DataFrame(rows, columns=["Setting", *(card.id for card in cards)])


def _draw_export(workspace: Workspace, card: Card) -> None:
    def pack() -> bytes:
        return pack_run(workspace.encoders, card.id)

    st.download_button(
        "Export", pack, f"{card.id}.zip", "application/zip", icon=":material/download:", on_click="ignore",
        help="One file with the encoder and its card, for another workspace or machine.", key=f"export-{card.id}",
    )  # fmt: skip


def _draw_delete(workspace: Workspace, card: Card) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Delete **{literal(card.id)}**? What it learned is lost unless it was exported.")
        if users := users_of(workspace, card.id):
            st.caption(
                f"In use for {literal(', '.join(users))}: matches found with it stay, but new listings and searches "
                "cannot be encoded."
            )
        st.button("Delete it", type="primary", on_click=_delete, args=[workspace, card.id], key=f"delete-{card.id}")


def _delete(workspace: Workspace, run_id: str) -> None:
    delete_run(workspace.encoders, run_id)
    discard_unfinished(workspace.encoders, run_id)
    st.toast(f"{literal(run_id)} is deleted.", icon=":material/delete:")


def draw_import(workspace: Workspace) -> None:
    """Import an exported encoder from its file."""
    file = st.file_uploader("An encoder exported here or elsewhere (zip)", type="zip", key="import-run")
    name = st.text_input("Name of the encoder", key="import-name", placeholder="its own name", max_chars=64).strip()
    if st.button("Import", icon=":material/upload:", disabled=file is None) and file is not None:
        place = workspace.job_files / "import-run.zip"
        try:
            copy_upload(file, place)
            card = import_run(place, workspace.encoders, name)
        except MatcherError as error:
            st.error(literal(str(error).replace(place.name, file.name)), icon=":material/error:")
        else:
            st.session_state["arrived"] = f"{card.id} is imported."
            st.rerun()
        finally:
            place.unlink(missing_ok=True)


def warn_of_damage(workspace: Workspace) -> None:
    """Runs that cannot be shown, and a way to be rid of them."""
    for name in list_damaged(workspace.encoders):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":material/warning: The card of {literal(name)} cannot be read.")
            st.button("Delete", key=f"delete-{name}", type="tertiary", on_click=_delete, args=[workspace, name])
