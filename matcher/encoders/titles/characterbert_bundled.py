"""Sentence vectors of titles from the bundled small CharacterBERT; needs torch only until its network is converted."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.runtime.length_batches import length_batches
from matcher.encoders.runtime.openvino_runtime import Batch, Result, Runner, load_network, save_network
from matcher.encoders.runtime.weights import digest, named_path
from matcher.encoders.titles.char_ngrams import title_windows
from matcher.encoders.titles.characterbert_files import FOLDER, is_small
from matcher.encoders.titles.sentence_bert import SETTINGS, BertEncoder
from matcher.errors import EncoderError

TITLES_AT_ONCE = 16_384  # sorted by length together
TITLES_PER_BATCH = 32


def open_characterbert(spec: str, folder: Path | None) -> BertEncoder:
    """Make the bundled encoder, or that of a named CharacterBERT of either architecture.

    Args:
        spec: "characterbert", or "characterbert:<hub id or folder>".
        folder: Where the converted model is kept for the next start; None to convert each time.

    Raises:
        EncoderError: The model cannot be had, or is no CharacterBERT.
    """
    name = spec.partition(":")[2]
    if not name:
        return SmallCharacterBertEncoder(None, folder)
    if is_small(named_path(name)):
        return SmallCharacterBertEncoder(named_path(name), folder)
    from matcher.encoders.titles.characterbert import CharacterBertEncoder

    return CharacterBertEncoder(name)


@dataclass(frozen=True)
class WindowSettings:
    """What of a network must be known to write titles for it.

    Attributes:
        width: Columns of its vectors.
        buckets: Rows of its table of windows.
        max_words: Words that it reads of a title.
    """

    width: int
    buckets: int
    max_words: int


@dataclass(frozen=True)
class WindowModel:
    """A network that reads titles as windows of letters, made ready to run."""

    runner: Runner
    settings: WindowSettings

    @property
    def width(self) -> int:
        """Columns of a vector."""
        return self.settings.width

    def run(self, titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Result]:
        """Encode some of the titles and give them batch by batch, with their row numbers."""
        return self.runner.run(self._batches(titles, rows))

    def _batches(self, titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Batch]:
        for start in range(0, len(rows), TITLES_AT_ONCE):
            some = rows[start : start + TITLES_AT_ONCE]
            for batch in length_batches([len(titles[row]) for row in some], TITLES_PER_BATCH * self.runner.scale):
                part = some[batch]
                inputs = title_windows([titles[row] for row in part], self.settings.max_words, self.settings.buckets)
                yield part, dict(inputs)


class SmallCharacterBertEncoder(BertEncoder):
    """Encodes titles with a small CharacterBERT: the bundled one, or one in a folder."""

    def __init__(self, source: Path | None = None, folder: Path | None = None) -> None:
        """Find the model; what is large is loaded at the first title.

        Args:
            source: Folder of the model; None for the bundled one.
            folder: Where the converted model is kept for the next start; None to convert each time.

        Raises:
            EncoderError: There is no such model.
        """
        self.id = f"characterbert:{source}" if source else "characterbert"
        self._source = source or FOLDER
        if not is_small(self._source):
            raise EncoderError(
                f"The bundled CharacterBERT is missing: {self._source} holds no config.json of it. Install Twinshelf "
                "again with its assets folder, or make it again: python -m assets.characterbert.make FOLDER."
            )
        self.version = f"characterbert-small-1-{digest(self._source)}"
        self._keep_in = folder / ".converted" / self.version if folder else None

    @cached_property
    def _model(self) -> WindowModel:
        return (self._keep_in and load_converted(self._keep_in)) or _convert(self._source, self._keep_in)


def load_converted(folder: Path) -> WindowModel | None:
    """What `save_converted` left in the folder; needs no torch. None if there is nothing."""
    runner = load_network(folder)
    if runner is None:
        return None
    return WindowModel(runner, WindowSettings(**json.loads((folder / SETTINGS).read_text())))


def save_converted(folder: Path, model: WindowModel) -> None:
    """Keep a converted network for `load_converted`."""
    save_network(folder, model.runner, {SETTINGS: json.dumps(asdict(model.settings))})


def _convert(source: Path, keep_in: Path | None) -> WindowModel:
    """Load the model with torch, make it ready to run and keep what came of it.

    Raises:
        EncoderError: It cannot be loaded.
    """
    from matcher.encoders.runtime.openvino_export import make_runner
    from matcher.encoders.titles.characterbert_student import load_small
    from matcher.encoders.titles.sentence_net import quiet

    module = load_small(source)
    with quiet():
        runner = make_runner(module, module.inputs(["one", "two, and longer"]))
    config = module.config
    model = WindowModel(runner, WindowSettings(config.hidden, config.buckets, config.max_words))
    if keep_in is not None:
        save_converted(keep_in, model)
    return model
