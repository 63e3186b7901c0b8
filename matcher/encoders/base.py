"""What an encoder is, and all that can be said of one: the fields of an entry of the registry. Loads no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, Protocol

from matcher.progress import Report, silent
from matcher.vectors.embeddings import Vectors

Modality = Literal["text", "image"]
Column = Literal["title", "photo", "phash"]  # of a catalog's listings

COLUMN_OF: dict[Modality, Column] = {"text": "title", "image": "photo"}  # what a modality is learned from

THRESHOLD = 0.15  # cosine distance of an encoder that nobody has measured
ROOM_IN_MEAN = 1.3


class Encoder(Protocol):
    """Turns titles or photos into vectors.

    Attributes:
        id: What `load_encoder` was given.
        modality: What it encodes.
        fitted: Whether vectors depend on the whole catalog (TF-IDF): then a new listing means encoding all again.
        version: Stands for everything that decides a vector besides the input: model, weights, preparation. For cache
            keys.
    """

    @property
    def id(self) -> str: ...
    @property
    def modality(self) -> Modality: ...
    @property
    def fitted(self) -> bool: ...
    @property
    def version(self) -> str: ...

    def encode(self, inputs: Sequence[Any], report: Report = silent) -> Vectors:
        """Turn what stands in the columns of its entry into vectors.

        Args:
            inputs: N titles as sellers wrote them, hashes of 16 hex digits, or photos as paths; "" or None where a
                listing has none.
            report: Told how far it is; may raise Cancelled.

        Returns:
            Shape (N, D), float32, dense or csr. Unit rows; a row of zeros where there is nothing to encode.
        """
        ...

    def encode_queries(self, queries: Sequence[Any], inputs: Sequence[Any], report: Report = silent) -> Vectors:
        """Turn what is not in the catalog into vectors comparable with the catalog's.

        Args:
            queries: As for `encode`.
            inputs: The catalog's own, all of them; looked at only by encoders that are fitted.
            report: Told how far it is; may raise Cancelled.
        """
        ...


@dataclass(frozen=True)
class NamedModels:
    """That an encoder's kind takes other models too, each as "<id>:<name>".

    Attributes:
        what: Which models, in a few words.
        by: What a name may be, in a few words.
    """

    what: str
    by: str


@dataclass(frozen=True)
class Training:
    """How an encoder is trained, and opened again afterwards.

    Attributes:
        backbone: "module:function" that opens it for training, as `matcher.encoders.backbones.open_backbone` calls it.
        title: What the choice is called on the screen.
        icon: Material symbol beside it.
        run_word: Stands behind the catalog's name in the name of a run.
        converted: For titles: "module:function" from a folder to the converted network that an earlier start left
            there, or None. It is called first, so it must not need torch.
    """

    backbone: str
    title: str
    icon: str
    run_word: str
    converted: str = ""


@dataclass(frozen=True)
class Comparison:
    """An encoder's place in the comparison of the paper's models.

    Attributes:
        title: Its name in the tables.
        is_trained: Whether it is trained on the catalog first. Those that are also stand together in pairs, one for
            titles and one for photos.
    """

    title: str
    is_trained: bool = True


@dataclass(frozen=True)
class EncoderInfo:
    """One entry of the registry.

    Attributes:
        id: What `load_encoder` takes.
        modality: What it encodes.
        title: Its name on the screen.
        one_line: What it is good for.
        opener: "module:function" that makes it, called with its id and the folder to keep converted networks
            in, or None. Imported at its first use only.
        columns: Of the listings; it reads the first of them that is not empty.
        lower_case: Whether a catalog's titles are given to it in small letters, because it takes capitals for other
            words and sellers mean nothing by them.
        languages: Codes of the languages that it reads the meaning of; () where it compares letters, or photos.
        bundled: Whether it works without a network; if not, its weights come from the hub at its first use.
        is_default: Whether it is taken where nobody has chosen and a catalog has its first column. The first such one
            of the registry is.
        width: Columns of its vectors; None where that depends on the catalog or the model.
        threshold: Cosine distance for a catalog without labels.
        room_in_mean: How many times its threshold it may be apart where title and photo are weighed together.
        manhattan_per_cosine: Manhattan distance of its unit rows for each cosine distance, where the two are in
            proportion.
        named: Other models of its kind.
        training: None if it cannot be trained.
        comparison: None if it is not compared.
    """

    id: str
    modality: Modality
    title: str
    one_line: str
    opener: str
    columns: tuple[Column, ...]
    lower_case: bool = False
    languages: tuple[str, ...] = ()
    bundled: bool = True
    is_default: bool = False
    width: int | None = None
    threshold: float = THRESHOLD
    room_in_mean: float = ROOM_IN_MEAN
    manhattan_per_cosine: float | None = None
    named: NamedModels | None = None
    training: Training | None = None
    comparison: Comparison | None = None


def resolve(place: str) -> Any:
    """Import what an entry names as "module:attribute"."""
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
