"""Encoders trained here, as files: list, delete, export as one file, import. Loads no network."""

import itertools
import json
import re
import shutil
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open

from matcher.atomic_file import atomic
from matcher.encoders.model_card import BACKBONE, CARD, HISTORY, WEIGHTS, Card, is_run, parse_card, read_card
from matcher.encoders.registry import ENCODERS
from matcher.errors import DataError, EncoderError, TrainingError
from matcher.ingest.archive import most_unpacked
from matcher.ingest.readers.parquet_reader import read_parquet
from matcher.training.history import COLUMNS

LOCK = ".lock"  # behind the name of a run's unfinished work
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# All that an exported run may hold; nothing here can run code when it is read.
MEMBER = re.compile(rf"({CARD}|{WEIGHTS}|{HISTORY}|{BACKBONE}/([\w-]+/)?[\w.-]+\.(json|txt|model|safetensors))")
MOST_BYTES = 4 << 30  # of an imported run, unpacked
MOST_TEXT = 64 << 20  # of each file in it that holds no weights; the largest vocabularies take 20 MB
MOST_RATIO = 20  # unpacked to packed; weights hardly shrink at all
RESERVED = (*ENCODERS, "none")  # "none" stands for no encoder
MOST_EPOCHS = 10_000


def check_name(run_id: str, encoders: Path) -> None:
    """See that a run may be called this.

    Raises:
        TrainingError: It is no fit name, or it is taken.
    """
    if not NAME.fullmatch(run_id) or run_id in RESERVED or run_id.endswith(LOCK):
        raise TrainingError(
            f"A run cannot be named {run_id[:80]!r}; expected lower-case letters, digits, dots and dashes, at most 64, "
            f'not "none", no bundled encoder\'s name and no {LOCK} at the end.'
        )
    if is_run(encoders / run_id):
        raise TrainingError(f"There is a run {run_id} already. Choose another name, or delete that run first.")


def runs(encoders: Path) -> list[Card]:
    """Cards of all runs, the newest first; those whose card cannot be read are left to `list_damaged`."""
    cards = [card for _, card in _cards(encoders) if card]
    return sorted(cards, key=lambda card: card.created, reverse=True)


def list_damaged(encoders: Path) -> list[str]:
    """Names of runs whose card cannot be read."""
    return sorted(folder.name for folder, card in _cards(encoders) if card is None)


def _cards(encoders: Path) -> list[tuple[Path, Card | None]]:
    found: list[tuple[Path, Card | None]] = []
    for folder in encoders.glob("[!.]*"):
        try:
            if is_run(folder):
                found.append((folder, replace(read_card(folder), id=folder.name)))
        except EncoderError:
            found.append((folder, None))
    return found


def free_name(encoders: Path, catalog_id: str, what: str) -> str:
    """A name that no run has: "shop-titles", else "shop-titles-2" and so on."""
    base = f"{catalog_id[:40].strip('-')}-{what}"
    others = (f"{base}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([base], others) if not (encoders / name).exists())


def read_history(folder: Path) -> pd.DataFrame:
    """Loss and F1 of each epoch: number, loss, f1, threshold, seconds; no row if the file is not there.

    Raises:
        EncoderError: It is damaged, or none of ours.
    """
    file = folder / HISTORY
    if not file.is_file():
        return pd.DataFrame(columns=COLUMNS, dtype=float)
    try:
        columns, _ = read_parquet(file, MOST_EPOCHS, 100)
        return pd.DataFrame({name: pd.to_numeric(pd.Series(columns[name])) for name in COLUMNS})
    except (DataError, KeyError, ValueError, TypeError) as error:
        raise EncoderError(f"{file} is no history of a training ({error}). The encoder itself still works.") from error


def unfinished(encoders: Path, run_id: str) -> Path:
    """The folder where the training of a run keeps its checkpoints until it is done."""
    return encoders / f".training-{run_id}"


@contextmanager
def lock_run(encoders: Path, run_id: str) -> Iterator[Path]:
    """Hold the folder of a run's unfinished work; the kernel lets go of it with the process, however that ends.

    Raises:
        TrainingError: A training holds it.
    """
    work = unfinished(encoders, run_id)
    work.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(work.with_name(f"{work.name}{LOCK}"), timeout=0):
            try:
                yield work
            finally:
                with suppress(OSError):
                    work.rmdir()  # only if nothing was left in it, as by a training that could not begin
    except Timeout as error:
        raise TrainingError(
            f"A training of {run_id} is running. Wait for it, cancel it, or choose another name."
        ) from error


def discard_unfinished(encoders: Path, run_id: str) -> None:
    """Remove what is left of the training of a run that was cancelled or killed; it can then not go on.

    A training of that name that is running keeps its own.
    """
    if not NAME.fullmatch(run_id) or not unfinished(encoders, run_id).exists():
        return
    with suppress(TrainingError), lock_run(encoders, run_id) as work:
        shutil.rmtree(work, ignore_errors=True)


def delete_run(encoders: Path, run_id: str) -> None:
    """Remove a run; vectors made with it stay where they are, and so does what `unfinished` holds.

    Raises:
        EncoderError: There is none of that name.
    """
    if not NAME.fullmatch(run_id) or not is_run(encoders / run_id):
        raise EncoderError(f"There is no trained encoder {run_id!r} to delete.")
    shutil.rmtree(encoders / run_id)


def export_run(encoders: Path, run_id: str, into: Path) -> None:
    """Write a run as one zip file.

    Raises:
        EncoderError: There is none of that name.
        DataError: The file cannot be written.
    """
    if not NAME.fullmatch(run_id) or not is_run(encoders / run_id):
        raise EncoderError(f"There is no trained encoder {run_id!r} to export.")
    folder = encoders / run_id
    with atomic(into) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and MEMBER.fullmatch(name):
                archive.write(path, name)


def pack_run(encoders: Path, run_id: str) -> bytes:
    """A run as `export_run` writes it; any number of them may be packed at once.

    Raises:
        EncoderError: There is none of that name.
        DataError: There is no room for it.
    """
    with tempfile.TemporaryDirectory() as folder:
        export_run(encoders, run_id, file := Path(folder) / "run.zip")
        return file.read_bytes()


def import_run(archive_file: Path, encoders: Path, run_id: str = "") -> Card:
    """Unpack an exported run; the folder appears whole or not at all.

    Args:
        archive_file: A zip that `export_run` wrote.
        encoders: The workspace's folder of encoders.
        run_id: Another name for it; "" for its own.

    Raises:
        EncoderError: It is no exported run, or holds anything else.
        TrainingError: The name is unusable or taken.
    """
    part = encoders / f".importing-{uuid.uuid4().hex}"  # two people may bring in two at once
    part.mkdir(parents=True)
    try:
        _unpack(archive_file, part)
        card = _card_of(part)
        card = replace(card, id=run_id or card.id)
        check_name(card.id, encoders)
        (part / CARD).write_text(card.to_json(), encoding="utf-8")
        part.rename(encoders / card.id)
    except FileNotFoundError as error:
        raise EncoderError(f"There is no file {archive_file}. Give the file that was exported.") from error
    # RuntimeError: an encrypted member, or packed in a way that zipfile does not know. ValueError: a card of no use.
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError, SafetensorError) as error:
        raise EncoderError(
            f"{archive_file.name} is no exported encoder ({error}). Export the run again, with this version."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return card


def _card_of(part: Path) -> Card:
    """The card of an unpacked run, if weights and history are what it says.

    Raises:
        ValueError, SafetensorError: They are not, or the card is of no use.
    """
    card = parse_card((part / CARD).read_text(encoding="utf-8"))
    with safe_open(part / WEIGHTS, framework="numpy") as weights:
        if card.letters and not any(name.startswith("letters.") for name in weights.keys()):
            raise ValueError("its weights hold no letters, though its card says so")
    config = part / BACKBONE / "config.json"
    names = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
    if not any((part / BACKBONE).rglob("*.safetensors")) or ("architecture" in names) != (card.modality == "image"):
        raise ValueError(f"it holds no network for {card.modality}, though its card says so")
    try:
        read_history(part)
    except EncoderError as error:
        raise ValueError("its history of the training is damaged") from error
    return card


def _unpack(archive_file: Path, into: Path) -> None:
    with zipfile.ZipFile(archive_file) as archive:
        members = archive.infolist()
        strange = [member.filename for member in members if not MEMBER.fullmatch(member.filename)]
        if strange or {CARD, WEIGHTS} - {member.filename for member in members}:
            found = f"holds {strange[0]!r}" if strange else "holds no card and weights"
            raise EncoderError(f"{archive_file.name} {found}; expected a file that this program exported.")
        unpacked = sum(member.file_size for member in members)
        most = min(MOST_BYTES, most_unpacked(archive_file, MOST_RATIO))
        texts = [member.file_size for member in members if not member.filename.endswith(".safetensors")]
        if unpacked > most or max(texts) > MOST_TEXT:
            raise EncoderError(
                f"{archive_file.name} unpacks to {unpacked / 1e6:,.0f} MB, of which {max(texts) / 1e6:,.0f} MB is one "
                f"file without weights; expected at most {most / 1e6:,.0f} and {MOST_TEXT / 1e6:,.0f} MB."
            )
        for member in members:
            target = into / member.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)  # zipfile stops at the size that was checked above
