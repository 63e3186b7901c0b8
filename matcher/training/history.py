"""The epochs of a training while it runs, read beside it from its checkpoints, without torch."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from safetensors import SafetensorError, safe_open

CHECKPOINT, BEST = "checkpoint.safetensors", "best.safetensors"
COLUMNS = ["number", "loss", "f1", "threshold", "seconds"]


def history_so_far(folder: Path) -> pd.DataFrame:
    """Loss and F1 of each epoch that is over, and of the model as it came, numbered 0.

    Only the headers are read. Where two trainings of one name left checkpoints, the later one counts.

    Args:
        folder: Where the training keeps its checkpoints: `matcher.training.runs.unfinished`.

    Returns:
        Columns number, loss (NaN for epoch 0), f1, threshold, seconds; no row before the first measurement.
    """
    found = [(file.stat().st_mtime, _about(file)) for file in (folder / CHECKPOINT, folder / BEST) if file.is_file()]
    known = sorted(((when, about) for when, about in found if about), key=lambda each: each[0])
    if not known:
        return pd.DataFrame(columns=COLUMNS, dtype=float)
    latest = known[-1][1]["fingerprint"]
    histories = [about["history"] for _, about in known if about["fingerprint"] == latest]
    return pd.DataFrame(max(histories, key=len), columns=COLUMNS).astype({"loss": float})


def _about(file: Path) -> dict[str, Any] | None:
    """What a checkpoint says of itself; None if it is damaged, or was replaced while it was opened."""
    try:
        with safe_open(file, framework="numpy") as opened:
            about: dict[str, Any] = json.loads((opened.metadata() or {})["about"])
            return about if {"fingerprint", "history"} <= about.keys() else None
    except (SafetensorError, KeyError, ValueError, OSError):
        return None
