"""Encoders: what turns titles or photos into vectors. Importing this loads none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from matcher.errors import EncoderError
from matcher.progress import Report, silent
from matcher.vectors.embeddings import Vectors

Modality = Literal["text", "image"]

CARD = "config.json"  # in the folder of an encoder trained here
LONGEST_NAME = 64  # of an encoder trained here


@dataclass(frozen=True)
class EncoderInfo:
    """One choice in a list of encoders.

    Attributes:
        id: What `load_encoder` takes.
        modality: What it encodes.
        title: Its name on the screen.
        one_line: What it is good for.
        bundled: Whether it works without a network; if not, its weights come from the hub at its first use.
    """

    id: str
    modality: Modality
    title: str
    one_line: str
    bundled: bool


ENCODERS: dict[str, EncoderInfo] = {
    info.id: info
    for info in (
        EncoderInfo("tfidf", "text", "TF-IDF words", "Shared rare words; the paper's baseline, in seconds.", True),
        EncoderInfo(
            "tfidf-char",
            "text",
            "TF-IDF characters",
            "Shared pieces of words; stands typos, cut and glued words. The best start for titles.",
            True,
        ),
        EncoderInfo("bert", "text", "MiniLM", "Meaning of English titles; finds other words for the same thing.", True),
        EncoderInfo(
            "characterbert",
            "text",
            "CharacterBERT, small",
            "Reads letters, not word pieces: finds misspelt, cut and glued titles that MiniLM misses; can be trained.",
            True,
        ),
        EncoderInfo(
            "efficientnet",
            "image",
            "EfficientNet-Lite0",
            "What a photo shows; finds the same goods under crops, banners and frames.",
            True,
        ),
        EncoderInfo(
            "phash", "image", "Picture hash", "The same picture again, even where only its hash is known.", True
        ),
        EncoderInfo(
            "efficientnet:tf_efficientnet_b3",
            "image",
            "EfficientNet-B3",
            "The paper's photo encoder; stronger and several times slower. Downloaded from the hub.",
            False,
        ),
        EncoderInfo(
            "bert:google-bert/bert-base-uncased",
            "text",
            "BERT base",
            "The paper's title encoder, made to be trained. Downloaded from the hub.",
            False,
        ),
        EncoderInfo(
            "characterbert:helboukkouri/character-bert",
            "text",
            "CharacterBERT",
            "The paper's best title encoder: reads letters, not word pieces. Downloaded from the hub.",
            False,
        ),
    )
}


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
        """Turn titles (text), photo files or None (image), or hashes of 16 hex digits or "" (phash) into vectors.

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


def load_encoder(spec: str, *, folder: Path | None = None) -> Encoder:
    """Make an encoder.

    Args:
        spec: A key of ENCODERS; or "bert:<hub id or folder>" for any sentence-transformers model; or
            "characterbert:<hub id or folder>"; or "efficientnet:<timm name, checkpoint file or folder>" for any timm
            model; or the name of an encoder trained here.
        folder: The workspace's folder of encoders, where those trained here are found and converted models are kept
            for a quick next start; None to keep nothing. Bundled models are loaded at the first input, named ones at
            once.

    Raises:
        EncoderError: There is no such encoder, or its model cannot be had: why, and what to do.
    """
    kind, _, name = spec.partition(":")
    name = name.strip()
    is_name = Path(spec).name == spec and not spec.startswith(".") and len(spec) <= LONGEST_NAME
    if folder is not None and is_name and ":" not in spec and (folder / spec / CARD).is_file():
        from matcher.encoders.fine_tuned import open_trained

        return open_trained(folder / spec)
    if spec == "tfidf" or spec == "tfidf-char":
        from matcher.encoders.titles.tfidf import TfidfEncoder

        return TfidfEncoder(spec)
    if spec == "phash":
        from matcher.encoders.photos.phash import PHashEncoder

        return PHashEncoder()
    if kind == "bert" and (name or spec == "bert"):
        from matcher.encoders.titles.sentence_bert import BertEncoder

        titles = BertEncoder(name, folder)
        if name:
            titles.load()
        return titles
    if kind == "characterbert" and (name or spec == "characterbert"):
        from matcher.encoders.runtime.weights import named_path
        from matcher.encoders.titles.characterbert_bundled import SmallCharacterBertEncoder, is_small

        if not name or is_small(named_path(name)):
            return SmallCharacterBertEncoder(named_path(name) if name else None, folder)
        from matcher.encoders.titles.characterbert import CharacterBertEncoder

        return CharacterBertEncoder(name)
    if kind == "efficientnet" and (name or spec == "efficientnet"):
        from matcher.encoders.photos.efficientnet import EfficientNetEncoder

        photos = EfficientNetEncoder(name, folder)
        if name:
            photos.load()
        return photos
    trained = sorted(card.parent.name for card in folder.glob(f"[!.]*/{CARD}")) if folder else []
    here = f"; or one trained here: {', '.join(trained[:20])}" if trained else "; none is trained here yet"
    raise EncoderError(
        f"There is no encoder {spec[:80]!r}, or it was deleted. Choose one of {', '.join(ENCODERS)}{here}; or "
        "bert:<hub id or folder>; or characterbert:<hub id or folder>; or efficientnet:<timm name or checkpoint file>."
    )
