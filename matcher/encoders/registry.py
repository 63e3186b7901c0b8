"""Every encoder that comes with the program, one entry each, and the way from a name to an encoder.

Importing this loads none of them. A new one is a file and an entry here: terminal, pages, default recipe, training,
comparison and README's table read the entry.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from matcher.encoders.base import (
    COLUMN_OF,
    ROOM_IN_MEAN,
    THRESHOLD,
    Column,
    Comparison,
    Encoder,
    EncoderInfo,
    Modality,
    NamedModels,
    Training,
    resolve,
)
from matcher.encoders.model_card import CARD, read_card
from matcher.errors import EncoderError

LONGEST_NAME = 64  # of an encoder trained here
MOST_RUNS_NAMED = 20  # in a message


def named_model(family: EncoderInfo, name: str) -> EncoderInfo:
    """The entry of another model of an encoder's kind; nothing has been measured of it."""
    assert family.named is not None
    return replace(
        family,
        id=f"{family.id}:{name}",
        title=name.rstrip("/").rsplit("/", 1)[-1] or name,
        one_line=f"A model given by name, from the hub or a folder: {family.named.what}.",
        bundled=False,
        is_default=False,
        languages=(),
        width=None,
        threshold=THRESHOLD,
        room_in_mean=ROOM_IN_MEAN,
        named=None,
        comparison=None,
    )


# Thresholds: chosen on several labelled catalogs of real goods for few false matches rather than many matches, because
# nobody has looked at a catalog without labels yet, and a larger one brings more false matches at the same threshold.
# Manhattan distance of unit rows, for a cosine distance d: of two hashes exactly 8 d; of TF-IDF about 2 sqrt(terms) d.
_TFIDF = EncoderInfo(
    "tfidf",
    "text",
    "TF-IDF words",
    "Shared rare words; the paper's baseline, in seconds.",
    "matcher.encoders.titles.tfidf:open_tfidf",
    columns=("title",),
    threshold=0.38,
    manhattan_per_cosine=6.0,
    comparison=Comparison("TF-IDF", is_trained=False),
)
_TFIDF_CHAR = EncoderInfo(
    "tfidf-char",
    "text",
    "TF-IDF characters",
    "Shared pieces of words; stands typos, cut and glued words. The best start for titles.",
    "matcher.encoders.titles.tfidf:open_tfidf",
    columns=("title",),
    is_default=True,
    threshold=0.34,
    manhattan_per_cosine=24.0,
)
_BERT = EncoderInfo(
    "bert",
    "text",
    "MiniLM",
    "Meaning of English titles; finds other words for the same thing.",
    "matcher.encoders.titles.sentence_bert:open_bert",
    columns=("title",),
    languages=("en",),
    width=384,
    threshold=0.2,
    named=NamedModels("any sentence-transformers or BERT model", "hub id or folder"),
    training=Training(
        backbone="matcher.encoders.backbones:open_sentence_backbone",
        converted="matcher.encoders.titles.sentence_bert:load_converted",
        title="Titles",
        icon="title",
        run_word="titles",
    ),
    comparison=Comparison("BERT"),
)
_CHARACTERBERT = EncoderInfo(
    "characterbert",
    "text",
    "CharacterBERT, small",
    "Reads letters, not word pieces: finds misspelt, cut and glued titles that MiniLM misses; can be trained.",
    "matcher.encoders.titles.characterbert_bundled:open_characterbert",
    columns=("title",),
    width=384,
    named=NamedModels("CharacterBERT of the published architecture", "hub id or folder"),
    training=Training(
        backbone="matcher.encoders.titles.characterbert_backbone:open_character_backbone",
        converted="matcher.encoders.titles.characterbert_bundled:load_converted",
        title="Titles, letter by letter",
        icon="abc",
        run_word="letters",
    ),
    comparison=Comparison("CharacterBERT"),
)
_USE = EncoderInfo(
    "use",
    "text",
    "Multilingual USE",
    "Meaning of titles in 16 languages and their scripts, from one language to another too; can be trained.",
    "matcher.encoders.titles.multilingual_use:open_use",
    columns=("title",),
    lower_case=True,
    # Indonesian was not taught, but is full of their words: on labelled titles F1 reaches .80, MiniLM's .82.
    languages=("ar", "de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"),
    width=512,
    threshold=0.2,
    training=Training(
        backbone="matcher.encoders.titles.multilingual_use_backbone:open_use_backbone",
        converted="matcher.encoders.titles.sentence_bert:load_converted",
        title="Titles in many languages",
        icon="translate",
        run_word="languages",
    ),
)
_EFFICIENTNET = EncoderInfo(
    "efficientnet",
    "image",
    "EfficientNet-Lite0",
    "What a photo shows; finds the same goods under crops, banners and frames.",
    "matcher.encoders.photos.efficientnet:open_efficientnet",
    columns=("photo",),
    is_default=True,
    width=1280,
    threshold=0.12,
    named=NamedModels("any timm model", "name, checkpoint file or folder"),
    training=Training(
        backbone="matcher.encoders.backbones:open_photo_backbone", title="Photos", icon="image", run_word="photos"
    ),
    comparison=Comparison("EfficientNet"),
)
_PHASH = EncoderInfo(
    "phash",
    "image",
    "Picture hash",
    "The same picture again, even where only its hash is known.",
    "matcher.encoders.photos.phash:open_phash",
    columns=("phash", "photo"),
    is_default=True,
    width=64,
    threshold=0.25,
    # Hashes of different pictures of one product are as far apart as those of any two.
    room_in_mean=1.9,
    manhattan_per_cosine=8.0,
)
_EFFICIENTNET_B3 = replace(
    named_model(_EFFICIENTNET, "tf_efficientnet_b3"),
    title="EfficientNet-B3",
    one_line="The paper's photo encoder; stronger and several times slower. Downloaded from the hub.",
    width=1536,
)
_BERT_BASE = replace(
    named_model(_BERT, "google-bert/bert-base-uncased"),
    title="BERT base",
    one_line="The paper's title encoder, made to be trained. Downloaded from the hub.",
    width=768,
)
_CHARACTERBERT_PUBLISHED = replace(
    named_model(_CHARACTERBERT, "helboukkouri/character-bert"),
    title="CharacterBERT",
    one_line="The paper's best title encoder: reads letters, not word pieces. Downloaded from the hub.",
    width=768,
)

ENCODERS: dict[str, EncoderInfo] = {
    info.id: info
    for info in (
        _TFIDF,
        _TFIDF_CHAR,
        _BERT,
        _USE,
        _CHARACTERBERT,
        _EFFICIENTNET,
        _PHASH,
        _EFFICIENTNET_B3,
        _BERT_BASE,
        _CHARACTERBERT_PUBLISHED,
    )
}


def trainable_encoders() -> dict[str, EncoderInfo]:
    """Encoders that a training can start from; "<id>:<name>" starts from another model of that kind."""
    return {info.id: info for info in ENCODERS.values() if info.training and ":" not in info.id}


def encoder_spellings(modality: Modality | None = None) -> list[str]:
    """How encoders may be named: ids, and "<id>:<name>" for other models; of one modality, or of all."""
    of_modality = [info for info in ENCODERS.values() if modality in (None, info.modality)]
    return [
        *(info.id for info in of_modality if ":" not in info.id),
        *(f"{info.id}:<{info.named.by}>" for info in of_modality if info.named),
    ]


def find_encoder(spec: str, folder: Path | None = None) -> EncoderInfo | None:
    """The entry of an encoder: of one that comes with the program, of a named model, or of one trained here.

    Args:
        spec: As `load_encoder` takes it.
        folder: The workspace's folder of encoders, to know those trained here.

    Returns:
        None if there is no such encoder. That a named model can be had is not looked at.

    Raises:
        EncoderError: The card of one trained here is damaged.
    """
    kind, _, name = spec.partition(":")
    if folder is not None and _is_run_name(spec) and (folder / spec / CARD).is_file():
        return _entry_of_run(folder / spec)
    if spec in ENCODERS:
        return ENCODERS[spec]
    family = ENCODERS.get(kind)
    return named_model(family, name.strip()) if family and family.named and name.strip() else None


def encoder_title(spec: str) -> str:
    """What an encoder is called on the screen; one trained here goes by its own name."""
    info = find_encoder(spec)
    return info.title if info else spec


def columns_of(encoder: Encoder) -> tuple[Column, ...]:
    """Columns of the listings that an encoder reads, of each listing the first that is not empty."""
    info = find_encoder(encoder.id)
    return info.columns if info else (COLUMN_OF[encoder.modality],)  # one trained here, or one of a notebook's own


def write_for(encoder: Encoder, contents: Sequence[str]) -> Sequence[str]:
    """What stands in the columns that an encoder reads, as it wants it written."""
    info = find_encoder(encoder.id)
    return [content.lower() for content in contents] if info and info.lower_case else contents


def load_encoder(spec: str, *, folder: Path | None = None) -> Encoder:
    """Make an encoder.

    Args:
        spec: A key of ENCODERS; "<key>:<name>" for another model of a kind that takes names; or the name of an encoder
            trained here.
        folder: The workspace's folder of encoders, where those trained here are found and converted models are kept
            for a quick next start; None to keep nothing. Bundled models are loaded at the first input, named ones at
            once.

    Raises:
        EncoderError: There is no such encoder, or its model cannot be had: why, and what to do.
    """
    info = find_encoder(spec, folder)
    if info is None:
        raise EncoderError(
            f"There is no encoder {spec[:80]!r}, or it was deleted. Choose one of {', '.join(ENCODERS)}"
            f"{_runs_in_words(folder)}; or {'; or '.join(word for word in encoder_spellings() if ':' in word)}."
        )
    encoder: Encoder = resolve(info.opener)(info.id, folder)
    return encoder


def _is_run_name(spec: str) -> bool:
    return Path(spec).name == spec and not spec.startswith(".") and ":" not in spec and len(spec) <= LONGEST_NAME


def _entry_of_run(folder: Path) -> EncoderInfo:
    card = read_card(folder)
    modality: Modality = "text" if card.modality == "text" else "image"
    return EncoderInfo(
        folder.name,
        modality,
        folder.name,
        f"Trained on {card.catalog} from {card.encoder}.",
        "matcher.encoders.fine_tuned:open_run",
        columns=(card.column,),
        width=card.width + card.letters,
    )


def _runs_in_words(folder: Path | None) -> str:
    names = sorted(card.parent.name for card in folder.glob(f"[!.]*/{CARD}")) if folder else []
    return f"; or one trained here: {', '.join(names[:MOST_RUNS_NAMED])}" if names else "; none is trained here yet"
