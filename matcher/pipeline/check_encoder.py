"""Open an encoder that somebody named, and see that it works, before anything depends on it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from matcher.atomic_file import atomic
from matcher.encoders.registry import ENCODERS, columns_of, load_encoder
from matcher.errors import EncoderError
from matcher.pipeline.kept.contents import inputs_of
from matcher.progress import Progress, Report, silent
from matcher.storage.settings import rows as setting_rows
from matcher.storage.workspace import Workspace

OPENED = "encoders.opened"  # workspace setting: encoders that were opened here by name, and their modality
TITLE = "red cotton shirt, size M"


@dataclass(frozen=True)
class CheckConfig:
    """Which encoder to open; the catalog is the one whose page asked."""

    catalog_id: str
    spec: str


@dataclass(frozen=True)
class CheckResult:
    """The encoder, what it reads, and the length of its vectors."""

    spec: str
    modality: str
    width: int


def check_encoder(workspace: Workspace, config: CheckConfig, report: Report = silent) -> CheckResult:
    """Open an encoder, encode one title or photo with it, and remember it among those that can be had.

    Raises:
        EncoderError: It cannot be had, or gives no usable vectors.
    """
    report(Progress("Opening the encoder", 0, 0))
    encoder = load_encoder(config.spec, folder=workspace.encoders)
    report(Progress("Encoding with it", 0, 0))
    photo = workspace.job_files / "check.jpg"
    with atomic(photo) as file:
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(noise).save(file, "JPEG")
    content = photo.name if "photo" in columns_of(encoder) else TITLE
    vectors = encoder.encode(inputs_of(photo.parent, encoder, [content]))
    row = np.asarray(vectors[0].todense() if hasattr(vectors, "todense") else vectors[0], dtype=np.float32).ravel()
    if not np.isfinite(row).all() or not row.any():
        raise EncoderError(f"{config.spec} opens, but gives no usable vectors. Save the model again, or take another.")
    if config.spec not in ENCODERS:
        with workspace.store.writing() as connection:  # beside what another job has opened meanwhile
            setting_rows.change(connection, "", OPENED, lambda kept: {**(kept or {}), config.spec: encoder.modality})
    return CheckResult(config.spec, encoder.modality, len(row))


def opened_encoders(workspace: Workspace) -> dict[str, str]:
    """Encoders that were opened here by name, with what they read: "text" or "image"."""
    return dict(workspace.store.setting("", OPENED, {}))
